"""sox: one process for each clip. All clips have one level, which is known here, so nothing is measured and the noise has a
fixed gain."""

import subprocess

from parts import BAND_HZ, batch, shared

for source, target in batch():
    subprocess.run(
        ["sox", "--no-dither", "--single-threaded", "-m", "-v", "1", source, "-v", "1", shared("noise-clip.wav"), target]
        + ["fir", shared("room.txt"), "sinc", f"{BAND_HZ[0]:.0f}-{BAND_HZ[1]:.0f}"],
        check=True,
    )
