"""ImageMagick: one process for each picture, since the corners of the lens are a second picture. In linear light."""

import os
import subprocess

from parts import CONTRAST, EXPOSURE, OUTPUT_QUALITY, WHITE_BALANCE_RGB, batch, shared

os.environ["MAGICK_THREAD_LIMIT"] = "1"
gains = [str(EXPOSURE * gain) for gain in WHITE_BALANCE_RGB]
for source, target in batch():
    subprocess.run(
        ["convert", source, "-colorspace", "RGB"]
        + ["-channel", "R", "-evaluate", "multiply", gains[0], "-channel", "G", "-evaluate", "multiply", gains[1]]
        + ["-channel", "B", "-evaluate", "multiply", gains[2], "+channel"]
        + [shared("vignette.png"), "-compose", "multiply", "-composite", "-attenuate", "0.12", "+noise", "gaussian"]
        + ["-colorspace", "sRGB", "-sigmoidal-contrast", f"{2 * CONTRAST}x50%", "-quality", str(OUTPUT_QUALITY), target],
        check=True,
    )
