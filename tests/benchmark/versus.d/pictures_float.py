"""The way of Albumentations, which Debian does not package: each step a function on a float picture, by numpy and OpenCV,
cut to 0..1 behind each, with noise from numpy's normal(). In linear light, as a user has to ask for by two powers."""

import cv2
import numpy

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

cv2.setNumThreads(1)


def to_float(picture):
    return picture.astype(numpy.float32) / 255.0


def gamma(picture, power):
    return numpy.power(picture, numpy.float32(power))


def multiply(picture, factor):
    return numpy.clip(picture * factor, 0.0, 1.0)


def gaussian_noise(picture, sigma):
    noise = numpy.random.normal(0.0, sigma, picture.shape).astype(numpy.float32)
    return numpy.clip(picture + noise, 0.0, 1.0)


def from_float(picture):
    return numpy.rint(picture * 255.0).astype(numpy.uint8)


white_balance = numpy.array(WHITE_BALANCE_RGB, numpy.float32)
curve = tone_curve()
corners = None
for source, target in batch():
    picture = cv2.cvtColor(cv2.imread(source), cv2.COLOR_BGR2RGB)
    if corners is None:
        corners = vignette(picture.shape[0]).astype(numpy.float32)[:, :, None]
    picture = gamma(to_float(picture), DISPLAY_GAMMA)
    picture = multiply(picture, numpy.float32(EXPOSURE))
    picture = multiply(picture, white_balance)
    picture = multiply(picture, corners)
    picture = gaussian_noise(picture, NOISE_SIGMA)
    picture = from_float(gamma(picture, 1.0 / DISPLAY_GAMMA))
    picture = cv2.LUT(picture, curve)
    cv2.imwrite(target, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, OUTPUT_QUALITY])
