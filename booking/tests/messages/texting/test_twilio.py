"""SMS and WhatsApp through Twilio, as its documentation has the requests and answers."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from booking.notifications.channels.texting import TextFailed, TextRefused, texter_for
from booking.tests.messages.texting.carrier import Carrier, Reply
from booking.tests.messages.texting.conftest import ACCOUNT, TEMPLATE
from customers.models import Channel

TO = "+254712345678"
SID = "SM" + "0a1b2c3d4e5f6789" * 2


def created(**facts: Any) -> Reply:
    """The documented answer to a message that is queued."""
    body = {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": "See you at 14:30",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "num_segments": "1",
        "sid": SID,
        "status": "queued",
        "to": TO,
    }
    return Reply(201, body | facts)


def refused(code: int, status: int = 400, **headers: str) -> Reply:
    """The documented answer to a message that is not taken; its words repeat the number."""
    body = {
        "code": code,
        "message": f"The number {TO} is not good",
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def send(text: str = "See you at 14:30", channel: Channel = Channel.SMS) -> str:
    return texter_for(channel).send(to=TO, text=text, key="delivery-7")


def test_sms_request_is_as_documented(twilio: Carrier) -> None:
    twilio.reply = created()
    assert send() == SID
    request = twilio.request
    assert request.method == "POST"
    assert request.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert request.credentials == f"{ACCOUNT}:token-of-twilio"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.form == {"To": TO, "From": "+15550006789", "Body": "See you at 14:30"}


def test_a_messaging_service_may_be_the_sender(twilio: Carrier, settings: Settings) -> None:
    settings.TWILIO_FROM = "MG" + "0" * 32
    twilio.reply = created()
    send()
    assert twilio.request.form == {
        "To": TO,
        "MessagingServiceSid": "MG" + "0" * 32,
        "Body": "See you at 14:30",
    }


def test_whatsapp_fills_the_template(twilio: Carrier) -> None:
    twilio.reply = created(to=f"whatsapp:{TO}")
    text = 'Moved – "Chipo\'s"\n\tbraids     ✂️ & more'
    assert send(text, Channel.WHATSAPP) == SID
    form = twilio.request.form
    variables = json.loads(form.pop("ContentVariables"))
    assert variables == {"1": 'Moved – "Chipo\'s" braids ✂️ & more'}
    assert form == {
        "To": f"whatsapp:{TO}",
        "From": "whatsapp:+15550001111",
        "ContentSid": TEMPLATE,
    }


def test_whatsapp_without_a_template_is_a_plain_message(
    twilio: Carrier, settings: Settings
) -> None:
    settings.TWILIO_WHATSAPP_TEMPLATE = ""
    twilio.reply = created()
    send("Two – lines\nof text", Channel.WHATSAPP)
    assert twilio.request.form == {
        "To": f"whatsapp:{TO}",
        "From": "whatsapp:+15550001111",
        "Body": "Two – lines\nof text",
    }


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (21211, "number is not valid"),
        (21610, "number has opted out"),
        (21614, "number is not mobile"),
        (21617, "text too long"),
        (21635, "number is a landline"),
        (63003, "number is not on WhatsApp"),
        (63016, "outside the WhatsApp window"),
        (63024, "number cannot get WhatsApp messages"),
    ],
)
def test_about_the_number_or_the_text_is_final(twilio: Carrier, code: int, words: str) -> None:
    twilio.reply = refused(code)
    with pytest.raises(TextRefused) as refusal:
        send()
    assert refusal.value.code == f"{words} ({code})"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (20003, 401),  # wrong credentials
        (20404, 404),  # no such account
        (21408, 400),  # the country is not switched on
        (21606, 400),  # not our sender
        (21608, 400),  # a trial account
        (21612, 400),  # no route between the two
        (20500, 500),
        (20503, 503),
        (63007, 400),  # no such WhatsApp sender
        (63018, 429),  # too many on the channel
    ],
)
def test_about_us_or_the_moment_is_tried_again(twilio: Carrier, code: int, status: int) -> None:
    twilio.reply = refused(code, status)
    with pytest.raises(TextFailed) as failure:
        send()
    assert failure.value.code == f"HTTP {status} ({code})"


def test_too_many_requests_says_when_to_come_back(twilio: Carrier) -> None:
    twilio.reply = refused(20429, 429, Retry_After="120")
    with pytest.raises(TextFailed) as failure:
        send()
    assert (failure.value.code, failure.value.retry_after) == ("HTTP 429 (20429)", 120)


def test_queued_and_failed_at_once(twilio: Carrier) -> None:
    twilio.reply = created(status="failed", error_code=63016)
    with pytest.raises(TextRefused, match="outside the WhatsApp window"):
        send()
    twilio.reply = created(status="undelivered", error_code=30008)
    with pytest.raises(TextFailed, match=r"HTTP 201 \(30008\)"):
        send()


@pytest.mark.parametrize("status", ["queued", "accepted", "sending", "sent", "scheduled"])
def test_every_other_state_is_taken(twilio: Carrier, status: str) -> None:
    twilio.reply = created(status=status)
    assert send() == SID


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"sid": null}', b'{"sid": 1'])
def test_an_odd_yes_is_tried_again(twilio: Carrier, body: bytes) -> None:
    twilio.reply = Reply(201, body)
    with pytest.raises(TextFailed, match="answer not understood"):
        send()


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"code": "21211"}', b'{"code": true}'])
def test_an_odd_no_is_tried_again(twilio: Carrier, body: bytes) -> None:
    twilio.reply = Reply(400, body)
    with pytest.raises(TextFailed, match=r"^HTTP 400$"):
        send()


def test_a_200_is_not_the_documented_yes(twilio: Carrier) -> None:
    twilio.reply = created()
    twilio.reply.status = 200
    with pytest.raises(TextFailed, match="HTTP 200"):
        send()
