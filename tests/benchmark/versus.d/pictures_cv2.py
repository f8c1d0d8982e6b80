"""A script that somebody tuned: 8 bits throughout, on encoded values, one table before the noise and one behind."""

import cv2
import numpy

from parts import EXPOSURE, OUTPUT_QUALITY, WHITE_BALANCE_RGB, DISPLAY_GAMMA, batch, tone_curve, vignette

cv2.setNumThreads(1)
codes = numpy.arange(256) / 255.0
gains = EXPOSURE * numpy.array(WHITE_BALANCE_RGB[::-1])
# Light, in tables of encoded values: exact, but that what lies between two codes is lost.
light = numpy.clip(codes[:, None] * gains ** (1.0 / DISPLAY_GAMMA), 0.0, 1.0)
light = numpy.rint(255.0 * light).astype(numpy.uint8)[None]
curve = tone_curve()
corners = noise = None
for source, target in batch():
    picture = cv2.imread(source)
    if corners is None:
        side = picture.shape[0]
        corners = numpy.rint(255.0 * vignette(side) ** (1.0 / DISPLAY_GAMMA)).astype(numpy.uint8)
        corners = cv2.merge([corners] * 3)
        noise = numpy.empty(picture.shape, numpy.int16)
    picture = cv2.LUT(picture, light)
    picture = cv2.multiply(picture, corners, scale=1.0 / 255.0)
    cv2.randn(noise, 0, 3)
    picture = cv2.add(picture, noise, dtype=cv2.CV_8U)
    picture = cv2.LUT(picture, curve)
    cv2.imwrite(target, picture, [cv2.IMWRITE_JPEG_QUALITY, OUTPUT_QUALITY])
