"""torchaudio: tensors of floats, the room by torch's transforms, the band by its biquads."""

import torch
import torchaudio
from scipy.fft import next_fast_len
from torchaudio.functional import highpass_biquad, lowpass_biquad

from parts import BAND_HZ, RATE, SNR_DB, batch, shared

torch.set_num_threads(1)
torch.set_grad_enabled(False)
noise, _ = torchaudio.load(shared("noise.wav"))
room, _ = torchaudio.load(shared("room.wav"))
spectra = {}
for source, target in batch():
    speech, _ = torchaudio.load(source)
    frames = speech.shape[1]
    start = int(torch.randint(noise.shape[1] - frames, (1,)))
    excerpt = noise[:, start : start + frames]
    gain = speech.square().mean().sqrt() / (10.0 ** (SNR_DB / 20.0) * excerpt.square().mean().sqrt())
    mixed = speech + gain * excerpt
    size = next_fast_len(frames + room.shape[1] - 1, real=True)
    if size not in spectra:
        spectra[size] = torch.fft.rfft(room, size)
    heard = torch.fft.irfft(torch.fft.rfft(mixed, size) * spectra[size], size)[:, :frames]
    sent = lowpass_biquad(highpass_biquad(heard, RATE, BAND_HZ[0]), RATE, BAND_HZ[1])
    torchaudio.save(target, sent, RATE, encoding="PCM_S", bits_per_sample=16)
