"""Makes the batches, lets every tool work through its own in turns, and prints the tables. tests/benchmark/versus starts it."""

import argparse
import importlib.util
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile


def give_up(message):
    """What is missing here; a test without its tools is skipped, but where all are known to be installed."""
    print(f"versus: {message}", file=sys.stderr)
    sys.exit(1 if os.environ.get("FAIRGROUND_NEEDS_TOOLS") else 77)


try:
    import cv2
    import numpy
except ImportError as error:
    give_up(f"{error}; the inputs are made with python3-numpy and python3-opencv: tests/benchmark/versus --install")

from parts import RATE, SNR_DB, vignette

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parents[2] / "samples"
PICTURE_SIDE = 512
CLIP_SECONDS = 10


class Tool:
    """A way to do the job. `share` of the batch is enough for what takes long: its time grows with the files alone."""

    def __init__(self, name, script=None, programs=(), modules=(), share=1.0, variants=None):
        self.name = name
        self.script = script
        self.missing = [program for program in programs if shutil.which(program) is None]
        self.missing += [module for module in modules if importlib.util.find_spec(module) is None]
        self.share = share
        self.variants = variants  # of fairground: of each source
        self.version = ""
        self.seconds = []


def write_pictures(folder, count, draw):
    """Windows of the sample photographs, as a phone's files have them: 512 pixels square, quality 92."""
    paths = sorted((SAMPLES / "media/photos").glob("*.*"))
    photos = [cv2.imread(str(path)) for path in paths]
    if not photos:
        give_up("there are no sample photographs; run samples/fetch")
    for i in range(count):
        photo = photos[i % len(photos)]
        scale = max(1.0, PICTURE_SIDE / min(photo.shape[:2])) * draw.uniform(1.0, 1.3)
        photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        top = draw.randint(0, photo.shape[0] - PICTURE_SIDE)
        left = draw.randint(0, photo.shape[1] - PICTURE_SIDE)
        window = photo[top : top + PICTURE_SIDE, left : left + PICTURE_SIDE]
        # The grain that enlarging took away, without which the files would be smaller than a camera's.
        grain = numpy.random.default_rng(i).normal(0.0, 4.0, window.shape)
        window = numpy.clip(window[:, :: draw.choice([1, -1])] + grain, 0, 255).astype(numpy.uint8)
        cv2.imwrite(str(folder / "batch" / f"p{i:04}.jpg"), window, [cv2.IMWRITE_JPEG_QUALITY, 92])
    corners = numpy.rint(65535.0 * vignette(PICTURE_SIDE)).astype(numpy.uint16)
    cv2.imwrite(str(folder / "vignette.png"), corners)


def read_wav(path):
    """Samples of a 16-bit recording at 16 kHz; of others none."""
    import wave

    with wave.open(str(path)) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            return numpy.zeros(0)
        return numpy.frombuffer(file.readframes(file.getnframes()), numpy.int16) / 32768.0


def write_wav(path, samples):
    import wave

    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(numpy.rint(32767.0 * numpy.clip(samples, -1.0, 1.0)).astype(numpy.int16).tobytes())


def write_clips(folder, count, draw):
    """The sample recordings one after the other, in another order in each clip, all at one level."""
    voices = [read_wav(path) for path in sorted((SAMPLES / "media/speech").glob("*.wav"))]
    voices = [voice / numpy.sqrt(numpy.mean(voice**2)) for voice in voices if len(voice)]
    if not voices:
        give_up("there are no sample recordings; run samples/fetch")
    level = 10.0 ** (-26.0 / 20.0)
    for i in range(count):
        draw.shuffle(voices)
        clip = numpy.concatenate(voices)[: CLIP_SECONDS * RATE]
        write_wav(folder / "batch" / f"c{i:04}.wav", clip * level / numpy.sqrt(numpy.mean(clip**2)))
    random_numbers = numpy.random.default_rng(1)
    # Pink: the power falls with the frequency.
    frames = 60 * RATE
    spectrum = numpy.fft.rfft(random_numbers.normal(size=frames))
    spectrum[1:] /= numpy.sqrt(numpy.arange(1, len(spectrum)))
    noise = numpy.fft.irfft(spectrum, frames)
    noise *= level * 10.0 ** (-SNR_DB / 20.0) / numpy.sqrt(numpy.mean(noise**2))
    write_wav(folder / "noise.wav", noise)
    write_wav(folder / "noise-clip.wav", noise[: CLIP_SECONDS * RATE])
    # A direct sound and a decay of 60 dB in half a second.
    times = numpy.arange(RATE // 2) / RATE
    room = 0.05 * random_numbers.normal(size=len(times)) * 10.0 ** (-3.0 * times / 0.5)
    room[0] = 0.7
    write_wav(folder / "room.wav", room)
    numpy.savetxt(folder / "room.txt", room, fmt="%.7f")


def write_config(folder, medium, variants):
    """For fairground: a manifest of the batch and a config with the same job; gives the config's path."""
    files = sorted((folder / "batch").iterdir())
    rows = [f"{path.stem},batch/{path.name},s{i},{'ab'[i % 2]}" for i, path in enumerate(files)]
    (folder / "manifest.csv").write_text("\n".join(["id,path,subject,group"] + rows) + "\n")
    steps = {
        "audio": "{noise.coloured: {colour: pink, snr_db: %g}}, {room.shoebox: {rt60_s: 0.5}}, {device.handset: {mask: irs}}",
        "image": "{light.exposure: {ev: %g}}, {light.illuminant: {cct_kelvin: 4000, awb: 0.8}}, {lens.vignetting: {}}, "
        "{sensor.noise: {iso: 800}}, {processing.tone_curve: {curve: s_curve}}, {file.jpeg: {quality: 85}}",
    }[medium]
    first = SNR_DB if medium == "audio" else 0.5
    levels = [f"    l{i}: [{steps % (first + 0.01 * i)}]" for i in range(variants)]
    output = {"audio": "audio: {format: wav}", "image": "image: {format: jpeg, quality: 85}"}[medium]
    rate = ", sample_rate: 16000" if medium == "audio" else ""
    config = folder / f"{variants}.yaml"
    config.write_text(
        "fairground: 1\nname: versus\nseed: 1\nsources:\n"
        f"  - {{media: {medium}, manifest: manifest.csv, id: id, file: path, subject: subject, groups: [group]{rate}}}\n"
        "axes:\n  all:\n" + "\n".join(levels) + "\n"
        f"design: {{include_clean: false}}\noutput: {{directory: out, {output}}}\n"
    )
    return config


def cpu_seconds(command):
    """User and system time of a process and of all that it waited for."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment())
    errors = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"versus: {' '.join(map(str, command))} failed:\n{errors}")
    return usage.ru_utime + usage.ru_stime


def environment():
    """One thread, for whatever asks the environment."""
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MAGICK_THREAD_LIMIT", "VIPS_CONCURRENCY"]
    return {**os.environ, **{name: "1" for name in names}}


def run_once(tool, fairground, medium, folder, small, scratch):
    """CPU seconds for one output, start-up included."""
    outputs = scratch / "outputs"
    shutil.rmtree(outputs, ignore_errors=True)
    outputs.mkdir()
    inputs = folder if tool.share == 1.0 else small[tool.share]
    count = (tool.variants or 1) * len(list((inputs / "batch").iterdir()))
    if tool.script is None:
        config = write_config(inputs, medium, tool.variants)
        seconds = cpu_seconds([fairground, "run", config, "--out", outputs / "set", "--jobs", "1", "--quiet"])
        made = sum(path.suffix in (".jpg", ".wav") for path in (outputs / "set").rglob("*"))
    else:
        seconds = cpu_seconds([sys.executable, HERE / tool.script, inputs, outputs])
        made = sum(path.stat().st_size > 1000 for path in outputs.iterdir())
    if made != count:
        raise SystemExit(f"versus: {tool.name} made {made} files of {count}")
    return seconds / count


def part_of(folder, share, scratch):
    """A folder with the first files of the batch, and what all share."""
    part = scratch / f"{folder.name}-{share}"
    (part / "batch").mkdir(parents=True)
    files = sorted((folder / "batch").iterdir())
    for path in files[: max(2, round(share * len(files)))]:
        os.link(path, part / "batch" / path.name)
    for path in folder.iterdir():
        if path.is_file():
            os.link(path, part / path.name)
    return part


def measure(job, tools, fairground, folder, repetitions, scratch):
    """Prints how far it is, and gives the table."""
    medium = {"pictures": "image", "sound": "audio"}[job]
    ready = [tool for tool in tools if not tool.missing]
    small = {share: part_of(folder, share, scratch) for share in {tool.share for tool in ready} if share != 1.0}
    draw = random.Random(1)
    for repetition in range(repetitions):
        draw.shuffle(ready)
        for tool in ready:
            print(f"{job}: {repetition + 1} of {repetitions}, {tool.name}", file=sys.stderr)
            tool.seconds.append(run_once(tool, fairground, medium, folder, small, scratch))
    base = next(tool for tool in tools if tool.script is None)
    unit = "images/s" if job == "pictures" else "x real time"
    lines = [f"| {job} | {unit}, one core | fairground is faster by | of its repetitions |", "|---|---|---|---|"]
    for tool in tools:
        if tool.missing:
            lines.append(f"| {tool.name} | not installed: {', '.join(tool.missing)} | | |")
            continue
        amount = 1.0 if job == "pictures" else CLIP_SECONDS
        speed = amount / statistics.median(tool.seconds)
        ratios = [a / b for a, b in zip(tool.seconds, base.seconds)]
        ratio = f"{statistics.median(ratios):.1f} x" if tool.script else ""
        spread = f"{min(ratios):.1f} to {max(ratios):.1f}" if tool.script else ""
        lines.append(f"| {tool.name} | {speed:,.0f} | {ratio} | {spread} |")
    return lines


def tools_for(job):
    if job == "pictures":
        return [
            Tool("fairground, 1 variant per source", variants=1),
            Tool("fairground, 8 variants per source", variants=8, share=0.25),
            Tool("8-bit script (cv2, numpy)", "pictures_cv2.py"),
            Tool("Albumentations-like, float (numpy, cv2)", "pictures_float.py"),
            Tool("torchvision", "pictures_torch.py", modules=["torch", "torchvision"]),
            Tool("libvips", "pictures_vips.py", programs=["vips"]),
            Tool("ImageMagick", "pictures_magick.py", programs=["convert"], share=0.1),
        ]
    return [
        Tool("fairground, 1 variant per source", variants=1),
        Tool("fairground, 8 variants per source", variants=8, share=0.25),
        Tool("audiomentations-like (scipy)", "sound_scipy.py", modules=["scipy", "soundfile"]),
        Tool("torchaudio", "sound_torch.py", modules=["torch", "torchaudio", "scipy"], share=0.4),
        Tool("sox", "sound_sox.py", programs=["sox"], share=0.08),
        Tool("ffmpeg", "sound_ffmpeg.py", programs=["ffmpeg"], share=0.04),
    ]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the scratch folder goes
    parser = argparse.ArgumentParser(prog="tests/benchmark/versus")
    parser.add_argument("fairground", type=pathlib.Path)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", choices=["pictures", "sound"])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    repetitions = 1 if options.short else options.repetitions
    if repetitions < 1:
        parser.error("--repetitions takes 1 or more")
    counts = {"pictures": 8 if options.short else 200, "sound": 8 if options.short else 1000}
    lines = []
    # In memory where there is such a folder, so that no disk is measured.
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fairground-versus-", dir=place) as name:
        scratch = pathlib.Path(name)
        for job in [options.only] if options.only else ["pictures", "sound"]:
            folder = scratch / job
            (folder / "batch").mkdir(parents=True)
            write = write_pictures if job == "pictures" else write_clips
            write(folder, counts[job], random.Random(1))
            sizes = [path.stat().st_size for path in (folder / "batch").iterdir()]
            what = f"{PICTURE_SIDE}² JPEGs" if job == "pictures" else f"clips of {CLIP_SECONDS} s at {RATE // 1000} kHz"
            table = measure(job, tools_for(job), options.fairground.resolve(), folder, repetitions, scratch)
            lines += [f"{len(sizes)} {what}, {sum(sizes) / len(sizes) / 1e3:.0f} KB each; medians of {repetitions}:", ""]
            lines += table + [""]
    text = "\n".join(lines)
    print(text)
    if options.output:
        options.output.write_text(text)


main()
