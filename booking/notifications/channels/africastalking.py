"""SMS through Africa's Talking: ``POST /version1/messaging`` of its bulk SMS interface.

Account and key go into the form and the ``apiKey`` header; the answer has one entry per recipient
with a status code of its own. The service takes no key by which it would know a repeat.
"""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from requests import PreparedRequest
from requests.auth import AuthBase

from booking.notifications.channels.posting import Answer, post_form
from booking.notifications.channels.texting import NotConfigured, TextRefused, for_sms
from customers.models import Channel

PATH = "/version1/messaging"

STATUSES = {
    100: "Processed",
    101: "Sent",
    102: "Queued",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
"""The documented status codes of one recipient."""

TAKEN = frozenset({100, 101, 102})

FINAL = frozenset({403, 404, 406})
"""About the number itself. The others are about our account (sender, balance, risk), the route, or
the time of day (409: no advertising at night, in Nigeria), and may pass or be put right."""


class ApiKey(AuthBase):
    """Puts the key where the service looks for it."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the header."""
        request.headers["apiKey"] = self.key
        return request


class AfricasTalkingTexter:
    """Sends one SMS a request. Raises ``NotConfigured`` for any other channel."""

    def __init__(self, channel: Channel) -> None:
        if channel != Channel.SMS:
            raise NotConfigured
        self.url = settings.AFRICASTALKING_URL.rstrip("/") + PATH
        self.auth = ApiKey(settings.AFRICASTALKING_API_KEY)

    def send(self, *, to: str, text: str, key: str) -> str:
        """Send ``text``; return the message id. Raises ``TextRefused`` or ``TextFailed``."""
        fields = {
            "username": settings.AFRICASTALKING_USERNAME,
            "to": to,
            "message": for_sms(text),
            "bulkSMSMode": "1",
        }
        if settings.AFRICASTALKING_SENDER:
            fields["from"] = settings.AFRICASTALKING_SENDER
        return _read(post_form(self.url, fields, auth=self.auth))


def _read(answer: Answer) -> str:
    """Return the message id of the one recipient; raise what its status code means.

    An answer without recipients names the reason in ``Message``; only documented words are kept of
    that, as it could repeat what was sent.
    """
    data = answer.body.get("SMSMessageData")
    entries = data.get("Recipients") if isinstance(data, dict) else None
    if isinstance(entries, list) and entries and isinstance(entries[0], dict):
        return _judge(answer, _number(entries[0].get("statusCode")), entries[0])
    if answer.status not in {HTTPStatus.CREATED, HTTPStatus.OK}:
        raise answer.failed(f"HTTP {answer.status}")
    told = data.get("Message") if isinstance(data, dict) else None
    code = next((code for code, name in STATUSES.items() if name == told), None)
    if code is None or code in TAKEN:
        raise answer.unclear()
    return _judge(answer, code, {})


def _judge(answer: Answer, code: int | None, entry: dict[str, Any]) -> str:
    if code in TAKEN:
        given = entry.get("messageId")
        return given[:100] if isinstance(given, str) and given != "None" else ""
    if code is None:
        raise answer.unclear()
    reason = f"{STATUSES.get(code, 'unknown status')} ({code})"
    if code in FINAL:
        raise TextRefused(reason)
    raise answer.failed(reason)


def _number(value: object) -> int | None:
    """Read a status code, which some answers give as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:5])
    return value if isinstance(value, int) and not isinstance(value, bool) else None
