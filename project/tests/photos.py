"""Files that people might upload as pictures, made here so that none has to be kept."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

UPRIGHT, TURNED = 1, 6
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def save(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def plain(
    size: tuple[int, int] = (600, 400), colour: Any = "teal", mode: str = "RGB"
) -> Image.Image:
    return Image.new(mode, size, colour)


def photo(size: tuple[int, int] = (4000, 3000), *, turned: bool = False) -> bytes:
    """A JPEG with some detail everywhere, as a phone makes it: place and maker in its Exif."""
    width, height = size
    grain = Image.effect_noise((width // 40, height // 40), 90).resize(size)
    shape = Image.effect_mandelbrot((width // 8, height // 8), (-2, -1.5, 1, 1.5), 60).resize(size)
    image = Image.merge("RGB", (grain, shape, Image.linear_gradient("L").resize(size)))
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED if turned else UPRIGHT
    exif[MAKE] = "SECRETCAM"
    exif.get_ifd(GPS)[1] = "S"
    exif.get_ifd(GPS)[2] = (17.0, 49.0, 30.0)
    return save(image, quality=90, exif=exif)


def left_red_right_blue(*, turned: bool = False) -> bytes:
    """Red on the left; ``turned``: lying on its side, with Exif saying how to turn it upright."""
    image = plain((800, 400), "blue")
    image.paste("red", (0, 0, 400, 400))
    exif = Image.Exif()
    if turned:
        exif[ORIENTATION] = TURNED
        image = image.transpose(Image.Transpose.ROTATE_90)
    return save(image, quality=95, exif=exif)


def noise(size: tuple[int, int] = (1440, 540)) -> bytes:
    """The hardest there is to compress."""
    return save(Image.effect_noise(size, 200).convert("RGB"), quality=95)


def srgb_profile() -> bytes:
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def bomb(side: int = 10_000) -> bytes:
    """A PNG of 100 megapixels in some kilobytes, whose rows would have to be decoded to see it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(600_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
)
