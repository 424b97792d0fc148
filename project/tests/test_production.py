"""In production: who is asking, what every answer carries, and settings that cannot be meant."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.checks import CheckMessage
from django.test import Client

from project import checks
from project.tests.production import run, say
from project.tests.sources import ROOT, read, templates

WHO = """
from allauth.account.adapter import get_adapter
from django.test import RequestFactory
for forwarded in {forwarded}:
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="127.0.0.1")
    print(get_adapter().get_client_ip(request))
"""


class TestBehindAProxy:
    def test_visitors_have_their_own_addresses(self) -> None:
        forwarded = ["198.51.100.1", "198.51.100.2", "203.0.113.9, 198.51.100.3"]
        assert say(WHO.format(forwarded=forwarded)).split() == [
            "198.51.100.1",
            "198.51.100.2",
            "198.51.100.3",  # what came before it, anybody could have written
        ]

    def test_a_chain_of_proxies_is_counted_from_the_end(self) -> None:
        forwarded = ["203.0.113.9, 198.51.100.1, 192.0.2.1"]
        assert say(WHO.format(forwarded=forwarded), PROXIES="2") == "198.51.100.1"

    def test_without_one_the_header_is_not_believed(self) -> None:
        assert say(WHO.format(forwarded=["198.51.100.1"]), BEHIND_PROXY="off") == "127.0.0.1"

    def test_the_guide_tells_what_the_proxy_must_set(self) -> None:
        assert "X-Forwarded-For" in (ROOT / "deploy" / "README.md").read_text()


def test_redirect_to_https_has_the_content_security_policy_too() -> None:
    source = """
from django.test import Client
response = Client(SERVER_NAME="book.example.com").get("/")
print(response.status_code, response.get("Content-Security-Policy", "none"))
"""
    status, _, policy = say(source).partition(" ")
    assert status == "301"
    assert "default-src 'self'" in policy


@pytest.mark.django_db
def test_many_counters_live_side_by_side() -> None:
    keys = [f"counter-{number:03d}" for number in range(400)]
    for key in keys:
        cache.set(key, 1, 600)
    assert len(cache.get_many(keys)) == 400


@pytest.mark.django_db
def test_no_page_promises_that_somebody_was_told() -> None:
    broken = [path for path in templates() if path.name == "500.html"]
    assert [path for path in broken if "been told" in read(path)] == []
    assert broken


class TestChecks:
    def test_the_example_for_production_passes(self) -> None:
        done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
        assert done.returncode == 0, done.stderr

    def test_what_is_missing_fails_the_check(self) -> None:
        done = run(
            *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            EMAIL_URL="consolemail://",
            PUBLIC_URL="http://127.0.0.1:8000",
            BEHIND_PROXY="off",
        )
        assert done.returncode == 1
        for name in ("nguva.W001", "nguva.W003", "nguva.W006"):
            assert name in done.stderr

    @pytest.mark.parametrize(
        "backend",
        [
            "django.core.mail.backends.console.EmailBackend",
            "django.core.mail.backends.dummy.EmailBackend",
            "django.core.mail.backends.locmem.EmailBackend",
            "django.core.mail.backends.filebased.EmailBackend",
        ],
    )
    def test_mail_that_nobody_gets(self, production: Any, backend: str) -> None:
        assert ids(checks.check_mail(None)) == []
        production.EMAIL_BACKEND = backend
        assert ids(checks.check_mail(None)) == ["nguva.W001"]

    @pytest.mark.parametrize("sender", ["Nguva <bookings@localhost>", "bookings", ""])
    def test_sender_whom_nobody_can_answer(self, production: Any, sender: str) -> None:
        production.DEFAULT_FROM_EMAIL = sender
        assert ids(checks.check_mail(None)) == ["nguva.W002"]

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("https://book.example.com", []),
            ("https://book.example.com:8443", []),
            ("http://book.example.com", ["nguva.W003"]),
            ("https://127.0.0.1:8000", ["nguva.W003"]),
            ("https://localhost", ["nguva.W003"]),
            ("https://[::1]", ["nguva.W003"]),
            ("book.example.com", ["nguva.W003"]),
            ("", ["nguva.W003"]),
            ("https://other.example.com", ["nguva.W004"]),
        ],
    )
    def test_address_in_mails(self, production: Any, url: str, expected: list[str]) -> None:
        production.PUBLIC_URL = url
        assert ids(checks.check_address(None)) == expected

    def test_any_host(self, production: Any) -> None:
        production.ALLOWED_HOSTS = ["*"]
        assert ids(checks.check_address(None)) == ["nguva.W005"]

    def test_https_that_redirects_for_ever(self, production: Any) -> None:
        assert ids(checks.check_proxy(None)) == []
        production.SECURE_PROXY_SSL_HEADER = None
        assert ids(checks.check_proxy(None)) == ["nguva.W006"]
        production.SECURE_SSL_REDIRECT = False
        assert ids(checks.check_proxy(None)) == []

    @pytest.mark.parametrize("count", [0, -1])
    def test_proxies_that_hide_who_is_asking(self, production: Any, count: int) -> None:
        production.ALLAUTH_TRUSTED_PROXY_COUNT = count
        assert ids(checks.check_proxy(None)) == ["nguva.E007"]

    @pytest.mark.parametrize("name", ["locmem.LocMemCache", "dummy.DummyCache"])
    def test_counters_that_are_not_shared(self, production: Any, name: str) -> None:
        assert ids(checks.check_counters(None)) == []
        production.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{name}"}}
        assert ids(checks.check_counters(None)) == ["nguva.W008"]


@pytest.fixture
def production(settings: Any) -> Any:
    """Settings with which no check finds anything."""
    settings.ALLOWED_HOSTS = ["book.example.com"]
    settings.PUBLIC_URL = "https://book.example.com"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Nguva <bookings@book.example.com>"
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    return settings


def ids(found: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in found]


@pytest.mark.django_db
def test_failed_log_ins_lock_out_the_address_they_came_from(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    cache.clear()
    wrong = {"login": "nobody@example.com", "password": "wrong"}

    def log_in(address: str, number: int) -> int:
        who = wrong | {"login": f"nobody{number}@example.com"}
        return client.post("/accounts/login/", who, HTTP_X_FORWARDED_FOR=address).status_code

    tries = [log_in("198.51.100.1", number) for number in range(40)]
    assert tries[-1] == 429
    assert log_in("198.51.100.2", 100) == 200
