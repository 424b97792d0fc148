"""What is made of an upload, and what is refused."""

import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageFile

from project import pictures
from project.errors import InvalidInput
from project.pictures import COVER, KINDS, PICTURE, SERVICE, Kind, Picture, read_upload
from project.tests import photos

HEX = "0123456789abcdef" * 2


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where the media store keeps its files: a real folder, as in production."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def accept(content: bytes, kind: Kind = PICTURE, name: str = "photo.jpg") -> Picture:
    return read_upload(SimpleUploadedFile(name, content), kind=kind)


def refuse(content: bytes, name: str = "photo.jpg") -> str:
    with pytest.raises(InvalidInput) as refusal:
        accept(content, name=name)
    return refusal.value.message


def opened(picture: Picture, width: int) -> Image.Image:
    image = Image.open(BytesIO(picture.files[width]))
    image.load()
    return image


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(have - want) < 24 for have, want in zip(pixel, colour, strict=True))


# --- what is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_photo_of_12_megapixels_becomes_small_files_quickly(kind: Kind) -> None:
    content = photos.photo()
    assert len(content) > 500_000
    began = time.monotonic()
    picture = accept(content, kind)
    assert time.monotonic() - began < 5  # about 0.2 seconds where nothing else runs
    assert tuple(picture.files) == kind.widths
    for width, file in picture.files.items():
        image = opened(picture, width)
        assert (image.format, image.mode, image.size) == ("WEBP", "RGB", kind.size(width))
        assert len(file) <= 60_000


def test_even_pure_noise_fits() -> None:
    sizes = [len(file) for file in accept(photos.noise(), COVER).files.values()]
    assert max(sizes) <= 60_000


def test_place_maker_and_profile_are_not_passed_on() -> None:
    content = photos.photo((1200, 900))
    assert b"SECRETCAM" in content
    with_profile = photos.save(photos.plain(), icc_profile=photos.srgb_profile())
    for upload in (content, with_profile):
        for file in accept(upload).files.values():
            image = Image.open(BytesIO(file))
            assert {"exif", "icc_profile", "xmp"} & set(image.info) == set()
            assert dict(image.getexif()) == {}
            assert b"SECRETCAM" not in file
            assert b"EXIF" not in file
            assert b"ICCP" not in file


@pytest.mark.parametrize("turned", [False, True])
def test_what_the_camera_held_sideways_stands_upright(turned: bool) -> None:
    image = opened(accept(photos.left_red_right_blue(turned=turned), COVER), 480)
    assert near(image.getpixel((40, 90)), (254, 0, 0))
    assert near(image.getpixel((440, 90)), (0, 0, 254))


@pytest.mark.parametrize(
    ("form", "mode", "colour", "seen"),
    [
        ("PNG", "RGBA", (200, 0, 0, 0), (255, 255, 255)),
        ("PNG", "LA", (0, 128), (127, 127, 127)),
        ("PNG", "P", 0, (0, 0, 0)),
        ("PNG", "1", 1, (255, 255, 255)),
        ("PNG", "I;16", 32768, (128, 128, 128)),
        ("PNG", "L", 90, (90, 90, 90)),
        ("JPEG", "CMYK", (0, 255, 255, 0), (254, 0, 0)),
        ("WEBP", "RGBA", (0, 0, 200, 255), (0, 0, 200)),
        ("WEBP", "RGB", (0, 120, 0), (0, 120, 0)),
    ],
)
def test_every_way_to_keep_colours_is_understood(
    form: str, mode: str, colour: Any, seen: tuple[int, int, int]
) -> None:
    content = photos.save(photos.plain((300, 300), colour, mode), form)
    assert near(opened(accept(content), 96).getpixel((48, 48)), seen)


def test_colours_of_another_profile_are_converted() -> None:
    """A profile whose red and green are exchanged must show in what is kept."""
    profile = photos.srgb_profile()
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    swapped = bytearray(profile)
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    content = photos.save(photos.plain((200, 200), (255, 0, 0)), icc_profile=bytes(swapped))
    assert near(opened(accept(content), 96).getpixel((48, 48)), (0, 255, 0))


def test_a_profile_that_is_nonsense_is_ignored() -> None:
    content = photos.save(photos.plain(colour=(0, 0, 200)), icc_profile=b"nonsense")
    assert near(opened(accept(content), 96).getpixel((48, 48)), (0, 0, 200))


def test_neither_name_nor_declared_type_matters() -> None:
    upload = SimpleUploadedFile("x.svg", photos.save(photos.plain(), "PNG"), "text/html")
    assert tuple(read_upload(upload, kind=SERVICE).files) == SERVICE.widths


# --- what is refused ------------------------------------------------------------------------------

NOT_A_PICTURE = "This is not a picture. Choose a JPEG, PNG or WebP file."
TOO_MANY = "This picture has more than 40 megapixels. Choose a smaller one."


@pytest.mark.parametrize(
    "content",
    [b"Hello, I am a text.", photos.SVG, b"\xff\xd8\xff", b"<html></html>", b"%PDF-1.7"],
)
def test_other_files_are_refused_whatever_their_name(content: bytes) -> None:
    assert refuse(content) in {NOT_A_PICTURE, "This picture is damaged. Choose another one."}
    assert refuse(b"Hello, I am a text.") == refuse(photos.SVG) == NOT_A_PICTURE


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "ICO", "PPM"])
def test_other_formats_are_refused(form: str) -> None:
    assert refuse(photos.save(photos.plain(), form)) == NOT_A_PICTURE


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [10_000, 20_000, 2_000_000_000])
def test_a_bomb_is_refused_without_being_decoded(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(image: ImageFile.ImageFile) -> None:
        raise AssertionError("decoded")

    content = photos.bomb(side)
    assert len(content) < 20_000
    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)
    assert refuse(content, "photo.png") == TOO_MANY
    with pytest.raises(AssertionError, match="decoded"):
        accept(photos.save(photos.plain(), "PNG"))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_torn_file_is_refused(form: str) -> None:
    content = photos.save(photos.plain((900, 700), "red"), form)
    assert refuse(content[: len(content) // 2]) in {
        "This picture is damaged. Choose another one.",
        NOT_A_PICTURE,
    }


def test_a_file_over_the_limit_is_refused_unread() -> None:
    upload = SimpleUploadedFile("photo.jpg", b"x")
    upload.size = 10 * 2**20 + 1
    upload.file = None
    with pytest.raises(InvalidInput) as refusal:
        read_upload(upload, kind=PICTURE)
    assert refusal.value.message == "This file is larger than 10 MB. Choose a smaller one."


def test_a_dot_is_too_small() -> None:
    message = "This picture is too small. Choose a larger one."
    assert refuse(photos.save(photos.plain((63, 400)), "PNG")) == message


# --- the media store ------------------------------------------------------------------------------


def test_names_cannot_be_guessed_and_files_say_their_width(folder: Path) -> None:
    names = {pictures.store(accept(photos.save(photos.plain()))) for _ in range(3)}
    assert len(names) == 3
    assert files(folder) == sorted(f"{name}-{w}.webp" for name in names for w in (96, 192, 480))
    for name in names:
        pictures.delete(name)
        pictures.delete(name)
    pictures.delete("")
    assert files(folder) == []


class FullStorage(FileSystemStorage):
    """A disk on which there is room for one file and a part of the next."""

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        if len(files(Path(self.location))) > 1:
            raise OSError("No space left on device")
        return saved


def test_a_store_that_fails_half_way_keeps_nothing(folder: Path, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{__name__}.FullStorage"}}
    picture = accept(photos.save(photos.plain()))
    with pytest.raises(OSError, match="No space"):
        pictures.store(picture)
    assert files(folder) == []


# --- /media/ --------------------------------------------------------------------------------------


def test_a_file_is_served_for_good(folder: Path, client: Client) -> None:
    picture = accept(photos.save(photos.plain()))
    name = pictures.store(picture)
    response = client.get(pictures.url(name, 192))
    assert response.content == picture.files[192]
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "Vary" not in response or "Cookie" not in response["Vary"]
    again = client.get(pictures.url(name, 192), headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(pictures.url(name, 96)).status_code == 200
    assert client.post(pictures.url(name, 96)).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        f"picture/{HEX}-96.webp",
        "secret.txt",
        "../manage.py",
        "picture/../secret.txt",
        "%2e%2e/secret.txt",
        f"picture/{HEX}-96.webp%00",
        f"picture/{HEX}-96.webp%0A",
        "",
    ],
)
def test_nothing_else_is_served(folder: Path, client: Client, path: str) -> None:
    (folder / "secret.txt").write_text("secret")
    assert client.get(f"/media/{path}").status_code == 404
