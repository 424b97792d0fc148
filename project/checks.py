"""System checks for ``check --deploy``: settings that work, but not as anybody can mean it."""

from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name
from django.http.request import validate_host

Apps = Sequence[AppConfig] | None

GOES_NOWHERE = {"console", "dummy", "filebased", "locmem"}
"""Django's ways to send mail that nobody receives."""

NOT_SHARED = {"dummy", "locmem"}
"""Django's caches that each process has for itself, or not at all."""

HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - nothing listens by this


@register(deploy=True)
def check_mail(app_configs: Apps, **options: object) -> list[CheckMessage]:
    """nguva.W001: mail that nobody gets; W002: mail that nobody can answer."""
    found: list[CheckMessage] = []
    if _django_module(settings.EMAIL_BACKEND) in GOES_NOWHERE:
        hint = "Set EMAIL_URL, for example to smtp+tls://user:password@mail.example.com:587."
        found.append(Warning("Mail is not sent to anybody.", hint, id="nguva.W001"))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    if "." not in domain:
        text = "DEFAULT_FROM_EMAIL is no address that people could answer to."
        found.append(Warning(text, id="nguva.W002"))
    return found


@register(deploy=True)
def check_address(app_configs: Apps, **options: object) -> list[CheckMessage]:
    """nguva.W003, W004: links in mails that do not work; W005: links that others can forge."""
    return [*_check_public_url(), *_check_hosts()]


def _check_public_url() -> Iterator[CheckMessage]:
    address = urlsplit(settings.PUBLIC_URL)
    host = address.hostname or ""
    if address.scheme != "https" or not host or host in HERE:
        text = "PUBLIC_URL is not an https:// address that others can open."
        yield Warning(text, "Mails and calendar files link there.", id="nguva.W003")
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        text = "The host of PUBLIC_URL is not among ALLOWED_HOSTS, so links in mails fail."
        yield Warning(text, id="nguva.W004")


def _check_hosts() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        text = "ALLOWED_HOSTS=* lets anybody choose the host in links of password mails."
        yield Warning(text, "Name the hosts.", id="nguva.W005")


@register(deploy=True)
def check_proxy(app_configs: Apps, **options: object) -> list[CheckMessage]:
    """nguva.W006: a redirect to https that never ends; E007: visitors who look like one."""
    found: list[CheckMessage] = []
    behind_proxy = bool(settings.SECURE_PROXY_SSL_HEADER)
    if settings.SECURE_SSL_REDIRECT and not behind_proxy:
        text = "HTTPS is on and BEHIND_PROXY is off: behind a proxy every page redirects for ever."
        found.append(Warning(text, "See deploy/README.md.", id="nguva.W006"))
    if behind_proxy and getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0) < 1:
        text = "PROXIES must be 1 or more: else all visitors share the limits of one."
        found.append(Error(text, id="nguva.E007"))
    return found


@register(deploy=True)
def check_counters(app_configs: Apps, **options: object) -> list[CheckMessage]:
    """nguva.W008: rate limits that each process counts by itself."""
    if _django_module(settings.CACHES["default"]["BACKEND"]) not in NOT_SHARED:
        return []
    text = (
        "CACHE_URL names a cache that processes do not share, so rate limits hold for each alone."
    )
    return [Warning(text, "Use dbcache://cache.", id="nguva.W008")]


def _django_module(backend: str) -> str:
    """Return ``console`` for Django's console backend; nothing for anybody else's."""
    return backend.split(".")[-2] if backend.startswith("django.") else ""
