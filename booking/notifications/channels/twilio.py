"""SMS and WhatsApp through Twilio: ``POST /2010-04-01/Accounts/<sid>/Messages.json``.

The interface takes no key by which it would know a repeat. It answers 201 when it has queued a
message; what goes wrong after that is told to callbacks only, which this site does not have.
"""

import json
import re
from http import HTTPStatus

from django.conf import settings
from requests.auth import HTTPBasicAuth

from booking.notifications.channels.posting import Answer, post_form
from booking.notifications.channels.texting import TextRefused, for_sms
from customers.models import Channel

FINAL = {
    21211: "number is not valid",
    21265: "number is a short code",
    21266: "number is our own",
    21610: "number has opted out",
    21614: "number is not mobile",
    21617: "text too long",
    21635: "number is a landline",
    21656: "template does not take this text",
    63003: "number is not on WhatsApp",
    63016: "outside the WhatsApp window",
    63021: "text not accepted by WhatsApp",
    63024: "number cannot get WhatsApp messages",
}
"""Error codes about the number or the text. All others are about our account, the sender, the load
or the service itself, and may pass or be put right; Twilio adds new ones without notice."""

SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
"""The id of a messaging service, which may stand in for a sender's number."""


class TwilioTexter:
    """Sends one message a request."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        account = settings.TWILIO_ACCOUNT_SID
        base = settings.TWILIO_URL.rstrip("/")
        self.url = f"{base}/2010-04-01/Accounts/{account}/Messages.json"
        self.auth = HTTPBasicAuth(account, settings.TWILIO_AUTH_TOKEN)

    def send(self, *, to: str, text: str, key: str) -> str:
        """Send ``text``; return the message's SID. Raises ``TextRefused`` or ``TextFailed``."""
        fields = _whatsapp(to, text) if self.channel == Channel.WHATSAPP else _sms(to, text)
        return _read(post_form(self.url, fields, auth=self.auth))


def _sms(to: str, text: str) -> dict[str, str]:
    sender = settings.TWILIO_FROM
    name = "MessagingServiceSid" if SERVICE.fullmatch(sender) else "From"
    return {"To": to, name: sender, "Body": for_sms(text)}


def _whatsapp(to: str, text: str) -> dict[str, str]:
    """Fill in the template; without one a text reaches only who wrote in the last 24 hours.

    A template's variable must not hold line breaks or runs of spaces.
    """
    ends = {"To": f"whatsapp:{to}", "From": f"whatsapp:{settings.TWILIO_WHATSAPP_FROM}"}
    template = settings.TWILIO_WHATSAPP_TEMPLATE
    if not template:
        return ends | {"Body": text}
    variables = json.dumps({"1": " ".join(text.split())}, ensure_ascii=False)
    return ends | {"ContentSid": template, "ContentVariables": variables}


def _read(answer: Answer) -> str:
    """Return the SID of what was taken; raise what the error code means."""
    if answer.status == HTTPStatus.CREATED:
        if answer.body.get("status") in {"failed", "undelivered"}:
            _refuse(answer, answer.body.get("error_code"))
        sid = answer.body.get("sid")
        if not isinstance(sid, str):
            raise answer.unclear()
        return sid[:100]
    if answer.status == HTTPStatus.OK:
        raise answer.unclear("HTTP 200")
    return _refuse(answer, answer.body.get("code"))


def _refuse(answer: Answer, code: object) -> str:
    number = code if isinstance(code, int) and not isinstance(code, bool) else None
    if number in FINAL:
        raise TextRefused(f"{FINAL[number]} ({number})")
    raise answer.failed(f"HTTP {answer.status}" + (f" ({number})" if number else ""))
