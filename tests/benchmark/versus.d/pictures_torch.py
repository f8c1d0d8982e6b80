"""torchvision: its own JPEG decoder and encoder, tensors of floats in linear light."""

import torch
from torchvision.io import read_image, write_jpeg
from torchvision.transforms.functional import convert_image_dtype

from parts import (
    DISPLAY_GAMMA,
    EXPOSURE,
    NOISE_SIGMA,
    OUTPUT_QUALITY,
    WHITE_BALANCE_RGB,
    batch,
    tone_curve,
    vignette,
)

torch.set_num_threads(1)
torch.set_grad_enabled(False)
light = EXPOSURE * torch.tensor(WHITE_BALANCE_RGB)[:, None, None]
curve = torch.from_numpy(tone_curve())
for source, target in batch():
    picture = convert_image_dtype(read_image(source), torch.float32).pow_(DISPLAY_GAMMA)
    if light.shape[1] == 1:
        light = light * torch.from_numpy(vignette(picture.shape[1])).float()
    picture = picture.mul_(light).add_(torch.randn_like(picture), alpha=NOISE_SIGMA)
    picture = picture.clamp_(0.0, 1.0).pow_(1.0 / DISPLAY_GAMMA)
    picture = curve[convert_image_dtype(picture, torch.uint8).long()]
    write_jpeg(picture, target, quality=OUTPUT_QUALITY)
