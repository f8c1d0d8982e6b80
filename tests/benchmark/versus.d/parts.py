"""What several of the scripts share: the job's constants and the way through a batch."""

import os
import pathlib
import sys

# Pictures: half a stop more light, a warm lamp that the camera balances in part, the corners of a wide lens, a high ISO.
EXPOSURE = 2.0**0.5
WHITE_BALANCE_RGB = (1.10, 1.00, 0.82)
FIELD_OF_VIEW_DEG = 78.0
NOISE_SIGMA = 0.01  # of linear light; fairground's grows with the light
CONTRAST = 1.5
OUTPUT_QUALITY = 85
DISPLAY_GAMMA = 2.2  # where a tool has no sRGB curve of its own

# Sound: noise 10 dB below the speech, a room, a telephone's band.
RATE = 16000
SNR_DB = 10.0
BAND_HZ = (300.0, 3400.0)


def batch():
    """The arguments of every script: the folder of the inputs, and that of the outputs. Gives pairs of paths."""
    inputs, outputs = map(pathlib.Path, sys.argv[1:3])
    for path in sorted((inputs / "batch").iterdir()):
        yield str(path), str(outputs / path.name)


def shared(name):
    """A file that all inputs share, such as the noise."""
    return os.path.join(sys.argv[1], name)


def vignette(side):
    """The cos^4 law over a square picture."""
    import numpy

    axis = (numpy.arange(side) - (side - 1) / 2) / (side / 2 * 2**0.5)
    radius_squared = axis[:, None] ** 2 + axis[None, :] ** 2
    slope = numpy.tan(numpy.radians(FIELD_OF_VIEW_DEG / 2))
    return (1.0 + slope**2 * radius_squared) ** -2.0


def tone_curve():
    """An S in encoded values, as a table of 256 codes."""
    import numpy

    value = numpy.linspace(0.0, 1.0, 256)
    curve = value**CONTRAST / (value**CONTRAST + (1.0 - value) ** CONTRAST)
    return numpy.rint(255.0 * curve).astype(numpy.uint8)
