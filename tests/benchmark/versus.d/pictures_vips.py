"""libvips, called as a program in C would call it: one process, and each picture one pipeline that is evaluated in strips.
The command line would start a process for each operation."""

import ctypes
import os

os.environ["VIPS_CONCURRENCY"] = "1"

from parts import EXPOSURE, NOISE_SIGMA, OUTPUT_QUALITY, WHITE_BALANCE_RGB, batch, tone_curve, vignette

vips = ctypes.CDLL("libvips.so.42")
gobject = ctypes.CDLL("libgobject-2.0.so.0")
vips.vips_image_new_from_file.restype = ctypes.c_void_p
vips.vips_image_new_from_memory_copy.restype = ctypes.c_void_p
vips.vips_error_buffer.restype = ctypes.c_char_p
gobject.g_object_unref.argtypes = [ctypes.c_void_p]
UCHAR, FLOAT = 0, 6
SRGB, SCRGB = 22, 28
if vips.vips_init(b"versus") != 0:
    raise SystemExit(vips.vips_error_buffer().decode())
# A cache of what was computed helps no batch of files that each come once.
vips.vips_cache_set_max(0)


def image_of(array, bands, kind):
    data = array.tobytes()
    height, width = array.shape[:2]
    return vips.vips_image_new_from_memory_copy(data, ctypes.c_size_t(len(data)), width, height, bands, kind)


def call(function, *arguments):
    """The C function with its output behind the inputs, and its list of options ended."""
    out = ctypes.c_void_p()
    arguments = [ctypes.byref(out) if a is OUT else ctypes.c_void_p(a) if isinstance(a, Image) else a for a in arguments]
    if function(*arguments, None) != 0:
        raise SystemExit(vips.vips_error_buffer().decode())
    return Image(out.value)


class Image(int):
    """The address of a VipsImage."""


OUT = object()


def doubles(values):
    return (ctypes.c_double * len(values))(*values)


light = doubles([EXPOSURE * gain for gain in WHITE_BALANCE_RGB])
nothing = doubles([0.0, 0.0, 0.0])
curve = Image(image_of(tone_curve()[None], 1, UCHAR))
corners = None
for source, target in batch():
    steps = [Image(vips.vips_image_new_from_file(source.encode(), None))]
    if corners is None:
        side = vips.vips_image_get_width(ctypes.c_void_p(steps[0]))
        corners = Image(image_of(vignette(side).astype("float32"), 1, FLOAT))
    steps.append(call(vips.vips_colourspace, steps[-1], OUT, SCRGB))
    steps.append(call(vips.vips_linear, steps[-1], OUT, light, nothing, 3))
    steps.append(call(vips.vips_multiply, steps[-1], corners, OUT))
    planes = [call(vips.vips_gaussnoise, OUT, side, side, b"sigma", ctypes.c_double(NOISE_SIGMA)) for _ in range(3)]
    noise = call(vips.vips_bandjoin, (ctypes.c_void_p * 3)(*planes), OUT, 3)
    # It draws around 128.
    noise_around_0 = call(vips.vips_linear, noise, OUT, doubles([1.0]), doubles([-128.0]), 1)
    steps.append(call(vips.vips_add, steps[-1], noise_around_0, OUT))
    steps.append(call(vips.vips_colourspace, steps[-1], OUT, SRGB))
    steps.append(call(vips.vips_maplut, steps[-1], OUT, curve))
    if vips.vips_jpegsave(ctypes.c_void_p(steps[-1]), target.encode(), b"Q", OUTPUT_QUALITY, None) != 0:
        raise SystemExit(vips.vips_error_buffer().decode())
    for image in steps + planes + [noise, noise_around_0]:
        gobject.g_object_unref(image)
