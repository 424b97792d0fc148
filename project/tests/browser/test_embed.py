"""The page within another site: times in a frame without cookies, the booking in a new tab."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from booking.models import Appointment
from project.tests.browser.business import Salon
from project.tests.browser.stage import DESKTOP, Screen, Stage

pytestmark = pytest.mark.browser

FramedBy = Callable[[str], str]
OTHER = "http://127.0.0.1:"


class Framing(BaseHTTPRequestHandler):
    """A site whose pages frame what their query names."""

    def do_GET(self) -> None:
        _, _, shown = self.path.partition("?")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        frame = f'<iframe src="{shown}" width="100%" height="700"></iframe>'
        self.wfile.write(f"<!doctype html><link rel=icon href=data:,>{frame}".encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def framed_by(live_server: Any) -> Iterator[FramedBy]:
    """Return the address of a page that frames what it is given, on another site than ours."""
    assert urlsplit(live_server.url).hostname == "localhost"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Framing)
    Thread(target=server.serve_forever, daemon=True).start()
    yield lambda shown: f"{OTHER}{server.server_port}/?{shown}"
    server.shutdown()
    server.server_close()


def test_a_time_chosen_in_a_frame_is_booked_in_a_new_tab(
    stage: Stage, salon: Salon, screen: Screen, framed_by: FramedBy
) -> None:
    # The page of the other site, and the policy that lets it frame ours.
    stage.watch.forgiven = (OTHER, "embed=1: ")
    page = stage.page(screen)
    page.goto(framed_by(f"{stage.origin}/p/{salon.provider.slug}/?embed=1"))
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", level=1)).to_have_text(salon.provider.name)
    expect(inside.locator("header.top")).to_have_count(0)
    inside.get_by_role("link", name="Book Cut and style").click()
    expect(inside.locator(salon.slot("10:00"))).to_be_visible()
    assert page.context.cookies() == []
    with page.context.expect_page() as opened:
        inside.locator(salon.slot("10:00")).click()
    tab = opened.value
    tab.get_by_role("button", name="Take this time").click()
    tab.get_by_label("Your name").fill("Tariro Moyo")
    tab.get_by_label("Email").fill("tariro@example.com")
    tab.get_by_role("button", name="Book").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    assert Appointment.objects.get().start == salon.at("10:00")


@pytest.mark.parametrize("path", ["/", "/accounts/login/?embed=1", "/p/{slug}/"])
def test_other_pages_stay_out_of_frames(
    stage: Stage, salon: Salon, path: str, framed_by: FramedBy
) -> None:
    stage.watch.forgiven = (OTHER, "frame-ancestors 'none'", "BLOCKED_BY_RESPONSE")
    page = stage.page(DESKTOP)
    page.goto(framed_by(stage.origin + path.format(slug=salon.provider.slug)))
    page.wait_for_timeout(500)
    assert page.frames[1].url == "chrome-error://chromewebdata/"
