"""What reaches the logs: nothing that opens somebody's booking."""

import io
import logging
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.test import Client

from booking.views import manage

TOKEN = "Zq8-a_secret-token-of-32-letters"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What our handler writes, through the configuration that production has."""
    [handler] = [
        each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler
    ]
    text = io.StringIO()
    before = handler.setStream(text)
    try:
        yield text
    finally:
        handler.setStream(cast("Any", before))


def test_log_lines_are_written(written: io.StringIO) -> None:
    logging.getLogger("booking").warning("appointment %s could not be expired", 7)
    assert written.getvalue().endswith("WARNING booking appointment 7 could not be expired\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        f"/a/{TOKEN}/cancel/",
        f"/p/salon/book/cut/details/{TOKEN}/",
        f"/accounts/password/reset/key/{TOKEN}/",
    ],
)
def test_refused_form_leaves_no_token_however_much_is_logged(
    written: io.StringIO, path: str
) -> None:
    refusals = logging.getLogger("django.security.csrf")
    before = refusals.level
    refusals.setLevel(logging.DEBUG)
    try:
        assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    finally:
        refusals.setLevel(before)
    assert "Forbidden (CSRF cookie not set.): " + path.replace(TOKEN, "…") in written.getvalue()
    assert TOKEN not in written.getvalue()


@pytest.mark.django_db
def test_refused_form_is_not_logged_at_all(written: io.StringIO) -> None:
    assert Client(enforce_csrf_checks=True).post(f"/a/{TOKEN}/cancel/").status_code == 403
    assert written.getvalue() == ""


def test_broken_page_leaves_its_path_without_the_token(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(token: str) -> None:
        raise RuntimeError(f"at https://book.example.com/a/{token}/calendar.ics?x=1")

    monkeypatch.setattr(manage, "find_by_token", broken)
    client = Client(raise_request_exception=False)
    assert client.get(f"/a/{TOKEN}/cancel/").status_code == 500
    text = written.getvalue()
    assert TOKEN not in text
    assert "Internal Server Error: /a/…/cancel/" in text
    assert "RuntimeError: at https://book.example.com/a/…/calendar.ics?x=1" in text
