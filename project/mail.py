"""Settings of mail from one address, ``EMAIL_URL``: an SMTP server, a mail service, or the console.

Mail services are reached over HTTP through django-anymail, whose app is not installed: sending
needs only its backends, and its webhooks are not used.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SERVICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "brevo": ("brevo", ("BREVO_API_KEY",)),
    "mailersend": ("mailersend", ("MAILERSEND_API_TOKEN",)),
    "mailgun": ("mailgun", ("MAILGUN_API_KEY",)),
    "mailgun+eu": ("mailgun", ("MAILGUN_API_KEY",)),
    "mailjet": ("mailjet", ("MAILJET_API_KEY", "MAILJET_SECRET_KEY")),
    "postmark": ("postmark", ("POSTMARK_SERVER_TOKEN",)),
    "resend": ("resend", ("RESEND_API_KEY",)),
    "sendgrid": ("sendgrid", ("SENDGRID_API_KEY",)),
}
"""By the scheme of the address: the module in anymail, and what its parts are called there."""

EXTRA: Mapping[str, Mapping[str, str]] = {
    "mailgun+eu": {"MAILGUN_API_URL": "https://api.eu.mailgun.net/v3"}
}


def mail_settings(url: str, *, timeout: int) -> dict[str, Any]:
    """Return Django's settings for ``url``; raises ``ImproperlyConfigured`` for what it can't be.

    ``timeout`` is in seconds, of each step. Of a service: ``sendgrid://KEY``,
    ``mailjet://KEY:SECRET``, ``mailgun://KEY@DOMAIN``; signs such as ``/`` in a key are written as
    ``%2F``. Errors never show the address, as it holds secrets.
    """
    parts = urlsplit(url)
    if parts.scheme not in SERVICES:
        return _by_server(url, parts.scheme) | {"EMAIL_TIMEOUT": timeout}
    module, names = SERVICES[parts.scheme]
    login, _, domain = parts.netloc.partition("@")
    secrets = [unquote(part) for part in login.split(":") if part]
    if len(secrets) != len(names) or parts.path.strip("/"):
        form = ":".join(names)
        raise ImproperlyConfigured(f"Set EMAIL_URL to {parts.scheme}://{form} (see .env.example).")
    values = dict(zip(names, secrets, strict=True)) | dict(EXTRA.get(parts.scheme, {}))
    if domain:
        values[f"{module.upper()}_SENDER_DOMAIN"] = domain
    return {
        "EMAIL_BACKEND": f"anymail.backends.{module}.EmailBackend",
        "EMAIL_TIMEOUT": timeout,
        "ANYMAIL": values | {"REQUESTS_TIMEOUT": timeout},
    }


def _by_server(url: str, scheme: str) -> dict[str, Any]:
    known = environ.Env.EMAIL_SCHEMES
    if scheme not in known:
        names = ", ".join(sorted({*known, *SERVICES}))
        raise ImproperlyConfigured(f"Set EMAIL_URL to an address that begins with one of: {names}.")
    return dict(environ.Env.email_url_config(url))
