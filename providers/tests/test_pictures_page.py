"""/provider/profile/pictures/ and the pictures of services: upload, replace, remove."""

import gc
import re
import tempfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.tests.cast import make_provider, make_service
from customers.models import User
from project import pictures
from project.pictures import PICTURE, read_upload
from project.tests import photos
from providers.domain.pictures import set_picture
from providers.models import Provider
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
PAGE = "/provider/profile/pictures/"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """The media store, and where uploads wait, as real folders that can be looked into."""
    (tmp_path / "media").mkdir()
    (tmp_path / "waiting").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "waiting")
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    return tmp_path


def files(folder: Path) -> list[str]:
    """All that is on disk: kept pictures and uploads under way."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def upload(content: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def small() -> SimpleUploadedFile:
    return upload(photos.save(photos.plain()))


def send(client: Client, file: Any, *, slot: str = "picture", url: str = PAGE) -> Any:
    return client.post(url, {"slot": slot, "picture": file})


def errors(html: str) -> list[str]:
    return [unescape(each) for each in re.findall(r"invalid-feedback[^>]*>([^<]*)<", html)]


def stored(name: str) -> list[str]:
    widths = pictures.kind_of(name).widths
    return sorted(f"media/{pictures.file_of(name, width)}" for width in widths)


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("role", ["alice", "mary"])
def test_owner_and_manager_show_a_photo_of_12_megapixels(
    salon: Salon, as_user: LogIn, folder: Path, role: str
) -> None:
    client = as_user(getattr(salon, role))
    response = send(client, upload(photos.photo()), slot="cover")
    assert (response.status_code, response["Location"]) == (303, PAGE)
    salon.provider.refresh_from_db()
    name = salon.provider.cover
    assert files(folder) == stored(name)
    html = Client().get("/p/salon/").content.decode()
    shown = re.search(r'<img class="cover" src="([^"]*)" srcset="([^"]*)"', html)
    assert shown
    for address in [shown[1], *(each.split()[0] for each in shown[2].split(", "))]:
        picture = Client().get(address)
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")
        assert len(picture.content) <= 60_000
    assert shown[1] in client.get(PAGE).content.decode()


def test_the_picture_stands_in_lists_and_on_the_page(salon: Salon, as_user: LogIn) -> None:
    Provider.objects.update(featured=True)
    send(as_user(salon.alice), small())
    salon.provider.refresh_from_db()
    for page, width in (("/", 96), ("/providers/", 96), ("/p/salon/", 96)):
        html = Client().get(page).content.decode()
        assert f'src="{pictures.url(salon.provider.picture, width)}"' in html
        assert html.count("<img") == 1  # the others have none, and get their letters


@pytest.mark.parametrize("role", ["bob", "dana"])
def test_for_staff_and_customers_it_does_not_exist(
    salon: Salon, as_user: LogIn, folder: Path, role: str
) -> None:
    client = as_user(getattr(salon, role))
    for url in (PAGE, reverse("provider_service_picture", args=[salon.braids.pk])):
        assert client.get(url).status_code == 404
        assert send(client, small(), url=url).status_code == 404
    assert files(folder) == []


def test_another_business_is_404(salon: Salon, as_user: LogIn, folder: Path) -> None:
    client = as_user(salon.charlie)
    own = make_service(salon.elsewhere)
    for url in (
        f"{PAGE}?business=salon",
        reverse("provider_service_picture", args=[salon.braids.pk]),
        reverse("provider_service_picture", args=[own.pk]) + "?business=salon",
    ):
        assert client.get(url).status_code == 404
        assert send(client, small(), url=url).status_code == 404
    assert files(folder) == []
    assert send(as_user(salon.alice), small(), slot="logo").status_code == 404


# --- refused --------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a text named .jpg": (
        lambda: b"Hello, I am a text.",
        "This is not a picture. Choose a JPEG, PNG or WebP file.",
    ),
    "an SVG": (lambda: photos.SVG, "This is not a picture. Choose a JPEG, PNG or WebP file."),
    "a bomb of 100 megapixels": (
        photos.bomb,
        "This picture has more than 40 megapixels. Choose a smaller one.",
    ),
    "a file of 30 MB": (
        lambda: photos.save(photos.plain()) + bytes(30 * 2**20),
        "This file is larger than 10 MB. Choose a smaller one.",
    ),
    "a file of 10 MB and a byte": (
        lambda: bytes(10 * 2**20 + 1),
        "This file is larger than 10 MB. Choose a smaller one.",
    ),
    "a text of 9 MB": (
        lambda: b"x" * 9 * 2**20,
        "This is not a picture. Choose a JPEG, PNG or WebP file.",
    ),
    "an empty file": (lambda: b"", "This file is empty. Choose another one."),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("what", REFUSED)
def test_a_clear_error_and_nothing_on_disk(
    salon: Salon, as_user: LogIn, folder: Path, what: str
) -> None:
    make, message = REFUSED[what]
    gc.disable()  # nothing may count on being collected
    try:
        response = send(as_user(salon.alice), upload(make()))
        assert files(folder) == []
    finally:
        gc.enable()
    assert response.status_code == 422
    assert errors(response.content.decode()) == [message]
    salon.provider.refresh_from_db()
    assert (salon.provider.picture, salon.provider.cover) == ("", "")


def test_of_a_large_file_no_more_than_the_limit_is_ever_written(
    salon: Salon, as_user: LogIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    make = tempfile.NamedTemporaryFile

    def watched(*args: Any, **kwargs: Any) -> Any:
        file = make(*args, **kwargs)
        write = file.file.write

        def count(content: bytes) -> int:
            nonlocal written
            written += len(content)
            return int(write(content))

        file.write = count  # type: ignore[method-assign,assignment]
        return file

    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", watched)
    send(as_user(salon.alice), upload(bytes(30 * 2**20)))
    assert 0 < written <= 10 * 2**20


def test_nothing_chosen_is_explained(salon: Salon, as_user: LogIn) -> None:
    response = as_user(salon.alice).post(PAGE, {"slot": "picture"})
    assert response.status_code == 422
    assert errors(response.content.decode()) == ["Choose a picture first."]


def test_the_form_needs_its_token(salon: Salon, folder: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(salon.alice)
    assert send(strict, upload(photos.photo())).status_code == 403
    assert files(folder) == []


# --- replaced and removed -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_new_picture_takes_the_files_of_the_old_one_away(
    salon: Salon, as_user: LogIn, folder: Path
) -> None:
    client, names = as_user(salon.alice), set()
    for _ in range(2):
        send(client, small())
        salon.provider.refresh_from_db()
        names.add(salon.provider.picture)
        assert files(folder) == stored(salon.provider.picture)
    assert len(names) == 2
    for _ in range(2):  # a repeat is harmless
        response = client.post(PAGE, {"slot": "picture", "remove": "1"})
        assert response.status_code == 303
        salon.provider.refresh_from_db()
        assert (salon.provider.picture, files(folder)) == ("", [])


@pytest.mark.django_db(transaction=True)
def test_picture_and_cover_are_two(salon: Salon, as_user: LogIn, folder: Path) -> None:
    client = as_user(salon.alice)
    send(client, small())
    send(client, small(), slot="cover")
    client.post(PAGE, {"slot": "picture", "remove": "1"})
    salon.provider.refresh_from_db()
    assert salon.provider.picture == ""
    assert files(folder) == stored(salon.provider.cover)


@pytest.mark.django_db(transaction=True)
def test_a_refused_upload_keeps_the_picture_before(
    salon: Salon, as_user: LogIn, folder: Path
) -> None:
    client = as_user(salon.alice)
    send(client, small())
    before = files(folder)
    assert send(client, upload(b"text")).status_code == 422
    assert files(folder) == before != []


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_gone_leaves_no_files(salon: Salon, folder: Path) -> None:
    gone = make_service(salon.provider)
    type(gone).objects.filter(pk=gone.pk).delete()
    picture = read_upload(small(), kind=PICTURE)
    with pytest.raises(type(gone).DoesNotExist):
        set_picture(of=gone, picture=picture)
    assert files(folder) == []


# --- services -------------------------------------------------------------------------------------


def test_the_picture_of_a_service(salon: Salon, as_user: LogIn, folder: Path) -> None:
    client = as_user(salon.mary)
    url = reverse("provider_service_picture", args=[salon.braids.pk])
    assert client.get(url).status_code == 200
    response = client.post(url, {"picture": small(), "next": "/provider/services/?x=1"})
    assert (response.status_code, response["Location"]) == (303, "/provider/services/?x=1")
    salon.braids.refresh_from_db()
    assert files(folder) == stored(salon.braids.picture)
    html = Client().get("/p/salon/").content.decode()
    assert f'<img class="thumb" src="{pictures.url(salon.braids.picture, 160)}"' in html
    assert 'loading="lazy"' in html
    response = client.post(url, {"remove": "1", "next": "//evil.example/"})
    assert response["Location"] == f"/provider/services/{salon.braids.pk}/"
    salon.braids.refresh_from_db()
    assert salon.braids.picture == ""


def test_a_refused_picture_of_a_service_shows_its_form_again(salon: Salon, as_user: LogIn) -> None:
    url = reverse("provider_service_picture", args=[salon.braids.pk])
    response = as_user(salon.alice).post(url, {"picture": upload(b"text"), "next": "/provider/"})
    assert response.status_code == 422
    html = response.content.decode()
    assert errors(html) == ["This is not a picture. Choose a JPEG, PNG or WebP file."]
    assert 'name="next" value="/provider/"' in html


def test_a_chosen_business_stays_chosen(salon: Salon, as_user: LogIn) -> None:
    second = make_provider(salon.alice, slug="second", name="Second Salon")
    client = as_user(salon.alice)
    html = client.get(f"{PAGE}?business=second").content.decode()
    assert f'action="{PAGE}?business=second"' in html
    response = send(client, small(), url=f"{PAGE}?business=second")
    assert response["Location"] == f"{PAGE}?business=second"
    second.refresh_from_db()
    assert second.picture
    assert not Provider.objects.get(pk=salon.provider.pk).picture


def test_queries_do_not_grow(salon: Salon, as_user: LogIn) -> None:
    client, counts = as_user(salon.alice), []
    for number in (0, 2):
        for _ in range(number):
            make_service(salon.provider)
        with CaptureQueriesContext(connection) as page:
            assert client.get(PAGE).status_code == 200
        counts.append(len(page))
    assert counts == [4, 4]
