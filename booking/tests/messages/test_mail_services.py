"""One address in the settings chooses how mail leaves; a mail service's answers are understood."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from booking.domain.actors import Actor
from booking.jobs.handlers import HANDLERS
from booking.jobs.queue import Outcome
from booking.jobs.runner import run_due
from booking.models import Delivery
from booking.tests.jobs.salon import Salon
from project.mail import mail_settings

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_a_server_by_smtp() -> None:
    found = mail_settings("smtp+tls://us%2Fer:pass@mail.example.com:587", timeout=20)
    wanted = {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": "mail.example.com",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "us/er",
        "EMAIL_HOST_PASSWORD": "pass",
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 20,
    }
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("url", "backend", "values"),
    [
        ("sendgrid://SG.Ab-c.D_e", "sendgrid", {"SENDGRID_API_KEY": "SG.Ab-c.D_e"}),
        ("postmark://a-b", "postmark", {"POSTMARK_SERVER_TOKEN": "a-b"}),
        ("mailjet://k:s%2Ft", "mailjet", {"MAILJET_API_KEY": "k", "MAILJET_SECRET_KEY": "s/t"}),
        (
            "mailgun+eu://key@mg.example.com",
            "mailgun",
            {
                "MAILGUN_API_KEY": "key",
                "MAILGUN_SENDER_DOMAIN": "mg.example.com",
                "MAILGUN_API_URL": "https://api.eu.mailgun.net/v3",
            },
        ),
    ],
)
def test_a_mail_service(url: str, backend: str, values: dict[str, str]) -> None:
    assert mail_settings(url, timeout=7) == {
        "EMAIL_BACKEND": f"anymail.backends.{backend}.EmailBackend",
        "EMAIL_TIMEOUT": 7,
        "ANYMAIL": values | {"REQUESTS_TIMEOUT": 7},
    }


@pytest.mark.parametrize(
    "url",
    ["", "secret", "sendgird://secret", "sendgrid://", "mailjet://secret", "sendgrid://a:secret"],
)
def test_anything_else_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as caught:
        mail_settings(url, timeout=20)
    assert "secret" not in str(caught.value)


# --- over HTTP ----------------------------------------------------------------------------------


class Service(HTTPServer):
    """A local stand-in for Postmark: keeps what it is asked, answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Ask)
        self.asked: list[tuple[str, Any, Any]] = []
        self.answer: tuple[int, Any] = (200, {"ErrorCode": 0, "Message": "OK", "MessageID": "m-1"})


class Ask(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers, json.loads(body)))
        status, answer = self.server.answer
        if isinstance(answer, dict) and "To" not in answer:
            answer = {**answer, "To": json.loads(body)["To"]}
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("NO_PROXY", "*")
    with Service() as server:
        for name, value in mail_settings("postmark://token-1", timeout=2).items():
            setattr(settings, name, value)
        settings.ANYMAIL |= {"POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/"}
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def customers() -> tuple[str, str, str]:
    row = Delivery.objects.get(notification__side="customer")
    return row.status, row.error, row.reference


@pytest.mark.django_db
@pytest.mark.usefixtures("monday")
class TestOverHttp:
    def test_the_mail_arrives_whole(self, salon: Salon, service: Service) -> None:
        salon.book()
        assert run_due(HANDLERS) == {Outcome.DONE: 3}
        path, headers, body = service.asked[0]
        assert (path, headers["X-Postmark-Server-Token"]) == ("/email", "token-1")
        assert body["To"] == "chipo@example.com"
        assert "Tue 24 Nov, 14:30–16:00 (Harare time)" in body["TextBody"]
        assert "Box braids" in body["HtmlBody"]
        [file] = body["Attachments"]
        assert file["Name"] == "booking.ics"
        assert file["ContentType"].startswith('text/calendar; method="REQUEST"')
        names = {header["Name"] for header in body["Headers"]}
        assert {"Message-ID", "Auto-Submitted"} <= names
        assert customers() == ("sent", "", "m-1")

    def test_an_address_that_it_refuses_is_final(self, salon: Salon, service: Service) -> None:
        words = "Found inactive addresses: chipo@example.com. Inactive recipients are those that …"
        service.answer = (422, {"ErrorCode": 406, "Message": words})
        salon.book(by=Actor.provider(salon.alice))
        assert run_due(HANDLERS) == {Outcome.DONE: 1, Outcome.FAILED: 1}
        assert customers() == ("failed", "address refused", "")

    @pytest.mark.parametrize("status", [401, 429, 500, 503])
    def test_its_own_trouble_is_tried_again(
        self, salon: Salon, service: Service, status: int
    ) -> None:
        service.answer = (status, {"Message": "chipo@example.com"})
        salon.book()
        assert run_due(HANDLERS) == {Outcome.DONE: 1, Outcome.RETRY: 2}
        assert customers() == ("queued", f"AnymailRequestsAPIError ({status})", "")

    def test_a_service_that_is_away_is_tried_again(
        self, salon: Salon, service: Service, settings: Settings
    ) -> None:
        settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": "http://127.0.0.1:9/"}
        salon.book()
        assert run_due(HANDLERS) == {Outcome.DONE: 1, Outcome.RETRY: 2}
        status, error, _ = customers()
        assert (status, "chipo" in error) == ("queued", False)
        assert error.startswith("AnymailRequestsAPIError")
