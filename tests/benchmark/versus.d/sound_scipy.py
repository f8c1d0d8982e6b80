"""The way of audiomentations, which Debian does not package: float arrays, noise at an SNR of root mean squares, the room by
scipy's fftconvolve, the band by a Butterworth filter, files by libsndfile."""

import numpy
import scipy.signal
import soundfile

from parts import BAND_HZ, RATE, SNR_DB, batch, shared

noise, _ = soundfile.read(shared("noise.wav"), dtype="float32")
room, _ = soundfile.read(shared("room.wav"), dtype="float32")
band = scipy.signal.butter(4, BAND_HZ, btype="bandpass", fs=RATE, output="sos").astype(numpy.float32)
draw = numpy.random.default_rng(1)


def rms(samples):
    return numpy.sqrt(numpy.mean(numpy.square(samples)))


for source, target in batch():
    speech, _ = soundfile.read(source, dtype="float32")
    start = draw.integers(len(noise) - len(speech))
    excerpt = noise[start : start + len(speech)]
    gain = rms(speech) / (10.0 ** (SNR_DB / 20.0) * rms(excerpt))
    mixed = speech + gain * excerpt
    heard = scipy.signal.fftconvolve(mixed, room)[: len(mixed)]
    sent = scipy.signal.sosfilt(band, heard).astype(numpy.float32)
    soundfile.write(target, sent, RATE, subtype="PCM_16")
