"""Files of pictures that no row names go after a day; all others stay."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from booking.jobs.housekeeping import CLEAR_PICTURES_EVERY, tidy
from project import pictures
from project.pictures import COVER, PICTURE, SERVICE, Kind, Picture, read_upload
from project.tests import photos
from providers.domain import pictures as verbs
from providers.domain.pictures import KEEP_UNNAMED, delete_unnamed, set_picture
from providers.tests.salon import NOW, Salon

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """The media store as a real folder."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    return tmp_path


def picture(kind: Kind) -> Picture:
    content = photos.save(photos.plain((240, 160)))
    return read_upload(SimpleUploadedFile("photo.jpg", content), kind=kind)


def left_behind(folder: Path, *, written: datetime = NOW - KEEP_UNNAMED - SECOND) -> list[str]:
    """Store a picture for a commit that never comes; return its files."""
    own = files_of(pictures.store(picture(PICTURE)))
    for file in own:
        os.utime(folder / file, (written.timestamp(), written.timestamp()))
    return own


def named(salon: Salon) -> list[str]:
    """Give the salon a picture; return its files."""
    set_picture(of=salon.provider, picture=picture(PICTURE))
    return sorted(files_of(salon.provider.picture))


def files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def files_of(name: str) -> list[str]:
    return [pictures.file_of(name, width) for width in pictures.kind_of(name).widths]


def test_what_any_row_names_stays_and_the_rest_goes_after_a_day(salon: Salon, folder: Path) -> None:
    set_picture(of=salon.provider, picture=picture(PICTURE))
    set_picture(of=salon.provider, slot="cover", picture=picture(COVER))
    set_picture(of=salon.braids, picture=picture(SERVICE))
    kept = files(folder)
    assert len(kept) == 9
    for file in kept:
        os.utime(folder / file, (0, 0))
    left_behind(folder)
    young = left_behind(folder, written=NOW - KEEP_UNNAMED)
    assert delete_unnamed(now=NOW) == 3
    assert files(folder) == sorted(kept + young)
    assert delete_unnamed(now=NOW) == 0


def test_the_files_of_rows_that_were_deleted_go(salon: Salon, folder: Path) -> None:
    set_picture(of=salon.braids, picture=picture(SERVICE))
    for file in files(folder):
        os.utime(folder / file, (0, 0))
    kept = named(salon)
    salon.braids.delete()
    assert delete_unnamed(now=NOW) == 3
    assert files(folder) == kept


def test_a_folder_of_another_database_is_left_alone(salon: Salon, folder: Path) -> None:
    others = left_behind(folder)
    assert delete_unnamed(now=NOW) == 0
    assert files(folder) == sorted(others)


def test_what_is_not_a_picture_of_ours_stays(salon: Salon, folder: Path) -> None:
    named(salon)
    for name in ("notes.txt", "picture/notes.txt", f"picture/{'a' * 32}-96.webp.bak"):
        (folder / name).write_text("mine")
        os.utime(folder / name, (0, 0))
    before = files(folder)
    assert delete_unnamed(now=NOW) == 0
    assert files(folder) == before


def test_without_any_picture_nothing_happens(folder: Path) -> None:
    assert delete_unnamed(now=NOW) == 0
    assert list(folder.iterdir()) == []


def test_so_many_go_at_once_and_the_others_in_the_rounds_after(
    salon: Salon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verbs, "MOST_DELETED", 4)
    kept = named(salon)
    for _ in range(2):
        left_behind(folder)
    tidy(NOW)
    assert len(files(folder)) == len(kept) + 2
    tidy(NOW + SECOND)
    assert files(folder) == kept


def test_it_is_looked_for_once_a_day(salon: Salon, folder: Path) -> None:
    kept = named(salon)
    tidy(NOW)  # finds nothing
    left_behind(folder)
    tidy(NOW + CLEAR_PICTURES_EVERY - SECOND)
    assert len(files(folder)) == len(kept) + 3
    tidy(NOW + CLEAR_PICTURES_EVERY)
    assert files(folder) == kept
