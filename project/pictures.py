"""Pictures: what may be uploaded, and the small files that are kept of it.

An upload is never kept as it came. It is decoded, turned upright, converted to sRGB, cut to the
shape of its kind and written anew as WebP in a few fixed widths, so that no file is larger than
60 KB and nothing that was hidden in the original (where it was taken, other formats) is passed on.

A picture is known by one name, ``<kind>/<32 hexadecimal digits>``, which columns keep. Its files
never change: a new picture has a new name, so browsers may keep them for good.
"""

import re
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from threading import Lock
from typing import Any, TypeAlias

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import models
from django.urls import reverse
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from project.errors import InvalidInput

Upload: TypeAlias = "UploadedFile[Any]"

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 10 * 2**20
MOST_PIXELS = 40_000_000
FEWEST_PIXELS_A_SIDE = 64
MOST_BYTES_KEPT = 60_000
"""The largest file that is kept: what a phone on a slow network loads in a second or two."""

QUALITIES = (80, 65, 45, 25, 10)
"""Tried in turn until a file is small enough."""

STRIP = 128
"""Rows of the result that are worked on at once, so that large pictures need little memory."""

ORIENTATION = 0x0112  # Exif 2.32, table 4: tag 274
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = {5, 6, 7, 8}

ONE_AT_A_TIME = Lock()
"""A large PNG takes some 200 MB while it is decoded: no process spends that twice at once."""

BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, KeyError, IndexError, TypeError)
"""What the decoders raise over files that are not what they claim to be."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A use of pictures: the shape they are cut to (width : height), and the widths kept."""

    name: str
    shape: tuple[int, int]
    widths: tuple[int, ...]

    def size(self, width: int) -> tuple[int, int]:
        """Return width and height in pixels."""
        return width, width * self.shape[1] // self.shape[0]


PICTURE = Kind("picture", (1, 1), (96, 192, 480))
COVER = Kind("cover", (8, 3), (480, 960, 1440))
SERVICE = Kind("service", (4, 3), (160, 320, 800))
KINDS = {kind.name: kind for kind in (PICTURE, COVER, SERVICE)}

FILE_PATTERN = rf"(?:{'|'.join(KINDS)})/[0-9a-f]{{32}}-[0-9]{{2,4}}\.webp"
"""What the media store's names look like; everything else in it is not a picture of ours."""


class PictureField(models.CharField):  # type: ignore[type-arg]
    """The name under which the media store keeps a picture's sizes; empty without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"max_length": 80, "blank": True, "editable": False} | kwargs))


@dataclass(frozen=True, slots=True)
class Picture:
    """An upload that was accepted: WebP files by width, in memory until they are stored."""

    kind: Kind
    files: dict[int, bytes]


class OversizedFile(UploadedFile):  # type: ignore[type-arg]
    """Stands for an upload that was too large to be kept; it has a size and no content."""


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keep an upload in a temporary file while it is small enough; of a larger one keep nothing.

    The rest of it is read past, as browsers show an answer only once they have sent everything.
    """

    over = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.over = False
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.over or start + len(raw_data) > MOST_BYTES:
            self.over = True
            self.file.close()  # which removes it
            return
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> "Upload | None":
        if self.over:
            return OversizedFile(BytesIO(), self.file_name, self.content_type, file_size)
        return super().file_complete(file_size)


def read_upload(upload: Upload, *, kind: Kind) -> Picture:
    """Return what is kept of an upload. Raises ``InvalidInput`` in words for whoever sent it.

    What it is is decided by its content alone; name and declared type are not looked at. Size is
    checked before it is read, and width times height before it is decoded.
    """
    if (upload.size or 0) > MOST_BYTES:
        most = MOST_BYTES // 2**20
        raise InvalidInput(f"This file is larger than {most} MB. Choose a smaller one.")
    try:
        with ONE_AT_A_TIME:
            image = _decode(upload, kind)
    except InvalidInput:
        raise
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise InvalidInput("This is not a picture. Choose a JPEG, PNG or WebP file.") from None
    except BROKEN:
        raise InvalidInput("This picture is damaged. Choose another one.") from None
    return Picture(kind, {width: _encode(image, kind.size(width)) for width in kind.widths})


def store(picture: Picture) -> str:
    """Write the files of ``picture`` and return its new name; a failure leaves none of them."""
    name = f"{picture.kind.name}/{secrets.token_hex(16)}"
    written = []
    try:
        for width, content in picture.files.items():
            written.append(file_of(name, width))
            saved = default_storage.save(written[-1], ContentFile(content))
            if saved != written[-1]:
                written.append(saved)
                raise OSError("The media store keeps the file under another name.")  # noqa: TRY301
    except BaseException:
        _remove(written)
        raise
    return name


def delete(name: str) -> None:
    """Remove the files of a picture; a name without files, or an empty one, is no error."""
    if name:
        _remove(file_of(name, width) for width in kind_of(name).widths)


def stored(kind: Kind) -> list[str]:
    """Return the files of pictures of a kind that the media store has, in order."""
    try:
        _, found = default_storage.listdir(kind.name)
    except FileNotFoundError:  # no picture yet
        return []
    files = (f"{kind.name}/{file}" for file in found)
    return sorted(file for file in files if re.fullmatch(FILE_PATTERN, file))


def name_of(file: str) -> str:
    """Return the picture's name of one of its files: the inverse of ``file_of``."""
    return file.rpartition("-")[0]


def delete_stored(file: str, *, before: datetime) -> bool:
    """Delete one file that was written before then; whether it did."""
    try:
        if default_storage.get_modified_time(file) >= before:
            return False
    except FileNotFoundError:  # another worker was quicker
        return False
    default_storage.delete(file)
    return True


def url(name: str, width: int) -> str:
    """Return the path at which the file of that width is served."""
    return reverse("media", args=[file_of(name, width)])


def srcset(name: str) -> str:
    """Return all widths for an ``<img>``: ``/media/…-96.webp 96w, /media/…-192.webp 192w``."""
    return ", ".join(f"{url(name, width)} {width}w" for width in kind_of(name).widths)


def kind_of(name: str) -> Kind:
    """Return of which kind the picture called ``name`` is."""
    return KINDS[name.partition("/")[0]]


def file_of(name: str, width: int) -> str:
    """Return the name of one file in the media store."""
    return f"{name}-{width}.webp"


def _remove(files: Iterable[str]) -> None:
    for file in files:
        default_storage.delete(file)


def _too_many_pixels() -> InvalidInput:
    most = MOST_PIXELS // 1_000_000
    return InvalidInput(f"This picture has more than {most} megapixels. Choose a smaller one.")


def _decode(upload: Upload, kind: Kind) -> Image.Image:
    """Return the picture upright, in sRGB, and not much larger than its largest size."""
    upload.seek(0)
    with Image.open(upload, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels()
        if min(image.size) < FEWEST_PIXELS_A_SIDE:
            raise InvalidInput("This picture is too small. Choose a larger one.")
        orientation = _orientation(image)
        width, height = kind.size(max(kind.widths))
        if orientation in LYING:
            width, height = height, width
        # Only JPEG can: it decodes to a half, a quarter or an eighth, which takes as much less.
        image.draft(None, (width, height))  # type: ignore[arg-type,unused-ignore]
        profile = image.info.get("icc_profile")
        small = _to_srgb(_shrink(image, width, height), profile)
    return small.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else small


def _orientation(image: Image.Image) -> int:
    """Return how the camera was held, as Exif counts it; 1 when that cannot be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except BROKEN:
        return 1


def _shrink(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return the picture at least twice as large as wanted, made in strips.

    Converting and shrinking the whole at once would take several times its memory.
    """
    factor = max(1, min(image.width // width, image.height // height) // 2)
    size = -(-image.width // factor), -(-image.height // factor)
    result = None
    for top in range(0, image.height, factor * STRIP):
        bottom = min(top + factor * STRIP, image.height)
        strip = _opaque(image.crop((0, top, image.width, bottom))).reduce(factor)
        result = result or Image.new(strip.mode, size)
        result.paste(strip, (0, top // factor))
    return result or image


def _opaque(image: Image.Image) -> Image.Image:
    """Return it in grey, RGB or CMYK; what can be seen through becomes white."""
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(seen, mask=seen.getchannel("A"))
        return white
    if image.mode.startswith("I"):  # 16 bits a pixel, which convert() would clip
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return it in sRGB without a profile; one that cannot be read, or does not fit, is ignored."""
    converted = None
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, *BROKEN):
            converted = None
    result = converted or image.convert("RGB")
    result.info = {}  # or the profile would be written into each file
    return result


def _encode(image: Image.Image, size: tuple[int, int]) -> bytes:
    """Return it cut to ``size`` as a WebP file that is small enough."""
    cut = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    while True:
        for quality in QUALITIES:
            file = BytesIO()
            cut.save(file, "WEBP", quality=quality, method=4)
            if file.tell() <= MOST_BYTES_KEPT:
                return file.getvalue()
        cut = cut.reduce(2).resize(size)  # noise from edge to edge: give up its detail
