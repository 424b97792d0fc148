"""SMS through Africa's Talking, as its documentation has the requests and answers."""

from typing import Any

import pytest
from pytest_django import Settings

from booking.notifications.channels.texting import (
    NotConfigured,
    TextFailed,
    TextRefused,
    texter_for,
)
from booking.tests.messages.texting.carrier import Carrier, Reply
from customers.models import Channel

TO = "+263771234567"


def answered(code: Any, status: str, *, message_id: str = "ATXid_1", http: int = 201) -> Reply:
    """The documented answer about one recipient."""
    entry = {
        "statusCode": code,
        "number": TO,
        "cost": "KES 0.8000",
        "status": status,
        "messageId": message_id,
    }
    message = "Sent to 1/1 Total Cost: KES 0.8000"
    return Reply(http, {"SMSMessageData": {"Message": message, "Recipients": [entry]}})


def refused_whole(message: str) -> Reply:
    """The answer when no recipient was looked at."""
    return Reply(201, {"SMSMessageData": {"Message": message, "Recipients": []}})


def send(text: str = "See you at 14:30") -> str:
    return texter_for(Channel.SMS).send(to=TO, text=text, key="delivery-7")


def test_request_is_as_documented(africastalking: Carrier) -> None:
    africastalking.reply = answered(101, "Success", message_id="ATXid_a584c3fd712")
    assert send() == "ATXid_a584c3fd712"
    request = africastalking.request
    assert (request.method, request.path) == ("POST", "/version1/messaging")
    assert request.headers["apiKey"] == "atsk_secret"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.headers["Authorization"] is None
    assert request.form == {
        "username": "nguva",
        "to": TO,
        "message": "See you at 14:30",
        "bulkSMSMode": "1",
        "from": "NGUVA",
    }


def test_without_a_sender_the_services_own_is_used(
    africastalking: Carrier, settings: Settings
) -> None:
    settings.AFRICASTALKING_SENDER = ""
    africastalking.reply = answered(101, "Success")
    send()
    assert "from" not in africastalking.request.form


def test_a_netrc_adds_nothing(
    africastalking: Carrier, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    africastalking.reply = answered(101, "Success")
    send()
    assert africastalking.request.headers["Authorization"] is None


@pytest.mark.parametrize("text", ["Tíme & money = 100% + ½?", "Ndeipi 👋🏾 “Chipo”\nOK", "a=b;c&d"])
def test_any_sign_survives_the_trip(africastalking: Carrier, text: str) -> None:
    africastalking.reply = answered(101, "Success")
    send(text)
    plain = text.replace("“", '"').replace("”", '"')
    assert africastalking.request.form["message"] == plain


@pytest.mark.parametrize("code", [100, 101, 102, "101"])
def test_taken(africastalking: Carrier, code: object) -> None:
    africastalking.reply = answered(code, "Success")
    assert send() == "ATXid_1"


@pytest.mark.parametrize("given", ["None", None, 7])
def test_taken_without_an_id(africastalking: Carrier, given: Any) -> None:
    africastalking.reply = answered(102, "Queued", message_id=given)
    assert send() == ""


@pytest.mark.parametrize(
    ("code", "status"),
    [(403, "InvalidPhoneNumber"), (404, "UnsupportedNumberType"), (406, "UserInBlacklist")],
)
def test_about_the_number_is_final(africastalking: Carrier, code: int, status: str) -> None:
    africastalking.reply = answered(code, status, message_id="None")
    with pytest.raises(TextRefused) as refusal:
        send()
    assert refusal.value.code == f"{status} ({code})"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (401, "RiskHold"),
        (402, "InvalidSenderId"),
        (405, "InsufficientBalance"),
        (407, "CouldNotRoute"),
        (409, "DoNotDisturbRejection"),
        (500, "InternalServerError"),
        (501, "GatewayError"),
        (502, "RejectedByGateway"),
    ],
)
def test_about_us_or_the_moment_is_tried_again(
    africastalking: Carrier, code: int, status: str
) -> None:
    africastalking.reply = answered(code, status, message_id="None")
    with pytest.raises(TextFailed) as failure:
        send()
    assert failure.value.code == f"{status} ({code})"


def test_night_rule_of_nigeria_comes_as_409(africastalking: Carrier) -> None:
    africastalking.reply = answered(409, "DoNotDisturbRejection", message_id="None", http=409)
    with pytest.raises(TextFailed, match="DoNotDisturbRejection"):
        send()


def test_a_new_status_code_is_tried_again_without_its_words(africastalking: Carrier) -> None:
    africastalking.reply = answered(499, f"Cannot reach {TO}")
    with pytest.raises(TextFailed) as failure:
        send()
    assert failure.value.code == "unknown status (499)"


@pytest.mark.parametrize(
    ("message", "error", "code"),
    [
        ("InvalidSenderId", TextFailed, "InvalidSenderId (402)"),
        ("InvalidPhoneNumber", TextRefused, "InvalidPhoneNumber (403)"),
        (f"Nothing for {TO}", TextFailed, "answer not understood"),
        ("Sent", TextFailed, "answer not understood"),
    ],
)
def test_an_answer_without_recipients(
    africastalking: Carrier, message: str, error: type[TextFailed | TextRefused], code: str
) -> None:
    africastalking.reply = refused_whole(message)
    with pytest.raises(error) as trouble:
        send()
    assert trouble.value.code == code


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 502, 503])
def test_other_http_errors_are_tried_again_by_their_number(
    africastalking: Carrier, status: int
) -> None:
    africastalking.reply = Reply(status, b"The supplied authentication is invalid")
    with pytest.raises(TextFailed) as failure:
        send()
    assert failure.value.code == f"HTTP {status}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b'{"SMSMessageData": null}',
        b'{"SMSMessageData": {"Recipients": ["x"]}}',
        b'{"SMSMessageData": {"Recipients": [{}]}}',
        b'{"SMSMessageData": {"Recipients": [{"statusCode": true}]}}',
        b'{"SMSMessageData": {"Message": [], "Recipients": {}}}',
        b"[" * 60_000,
    ],
)
def test_an_odd_answer_is_tried_again(africastalking: Carrier, body: bytes) -> None:
    africastalking.reply = Reply(201, body)
    with pytest.raises(TextFailed, match="answer not understood"):
        send()


def test_it_carries_no_whatsapp(africastalking: Carrier, settings: Settings) -> None:
    settings.WHATSAPP_BACKEND = "africastalking"
    with pytest.raises(NotConfigured):
        texter_for(Channel.WHATSAPP)
