"""ffmpeg: one process for each clip; amix, afir, highpass and lowpass. As for sox, the noise has a fixed gain."""

import subprocess

from parts import BAND_HZ, batch, shared

graph = (
    "[0][1]amix=inputs=2:weights=1 1:normalize=0:duration=first[mixed];"
    f"[mixed][2]afir=gtype=none:irgain=0.5,highpass=f={BAND_HZ[0]},lowpass=f={BAND_HZ[1]}"
)
for source, target in batch():
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-threads", "1", "-filter_threads", "1"]
        + ["-filter_complex_threads", "1", "-i", source, "-i", shared("noise-clip.wav"), "-i", shared("room.wav")]
        + ["-filter_complex", graph, "-c:a", "pcm_s16le", target],
        check=True,
    )
