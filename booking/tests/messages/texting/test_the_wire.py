"""What both carriers have in common: trouble on the way, waiting times, and what stays secret."""

import logging
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from booking.jobs.queue import LEASE
from booking.notifications.channels import posting
from booking.notifications.channels.posting import CONNECT_TIMEOUT, LONGEST_ANSWER, READ_TIMEOUT
from booking.notifications.channels.texting import (
    LONGEST_RETRY_AFTER,
    NotSent,
    TextFailed,
    texter_for,
)
from booking.tests.messages.texting import carrier as local
from booking.tests.messages.texting.carrier import Carrier, Reply
from customers.models import Channel

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TO, TEXT = "+263771234567", "Chipo, see you at 14:30"


def fail(channel: Channel = Channel.SMS) -> TextFailed:
    with pytest.raises(TextFailed) as failure:
        texter_for(channel).send(to=TO, text=TEXT, key="delivery-7")
    return failure.value


def test_nobody_listens(twilio: Carrier, settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.TWILIO_URL = f"http://127.0.0.1:{free.getsockname()[1]}"
        error = fail()
    assert (error.code, error.maybe_taken) == ("connection broken", False)


def test_connection_dropped_without_a_word(twilio: Carrier) -> None:
    twilio.reply = Reply(drop=True)
    assert fail().code == "connection broken"
    assert len(twilio.requests) == 1  # no second copy behind our back


def test_answer_cut_in_the_middle(twilio: Carrier) -> None:
    twilio.reply = Reply(201, b'{"sid": "SM', {"Content-Length": "500"})
    assert fail().code == "connection broken"


def test_no_answer_in_time(twilio: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "READ_TIMEOUT", 0.1)
    twilio.reply = Reply(201, {"sid": "SM1"}, wait=1)
    assert fail().code == "no answer in time"


def test_a_dripping_answer_ends_too(twilio: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "LONGEST_ANSWER", 0.5)
    twilio.reply = Reply(201, b" " * 100, drip=0.1)
    began = time.monotonic()
    error = fail()
    assert (error.code, error.maybe_taken) == ("no answer in time", True)
    assert time.monotonic() - began < 5


def test_a_huge_answer_is_not_read(twilio: Carrier) -> None:
    twilio.reply = Reply(201, b" " * 1_000_000)
    assert fail().code == "answer too large"


@pytest.mark.parametrize(
    ("reply", "maybe"),
    [
        (Reply(drop=True), True),
        (Reply(200, b"<html>"), True),
        (Reply(201, b"<html>"), True),
        (Reply(201, b" " * 100_000), True),
        (Reply(500, b"<html>"), False),
        (Reply(429, b"{}"), False),
    ],
)
@pytest.mark.parametrize("service", ["twilio", "africastalking"])
def test_what_may_have_been_taken_is_told_apart(
    request: pytest.FixtureRequest, service: str, reply: Reply, maybe: bool
) -> None:
    carrier: Carrier = request.getfixturevalue(service)
    carrier.reply = reply
    assert fail().maybe_taken is maybe


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_credentials_follow_no_redirect(twilio: Carrier, status: int) -> None:
    with local.running() as elsewhere:
        twilio.reply = Reply(status, b"", {"Location": f"{elsewhere.url}/stolen"})
        assert fail().code == f"redirected ({status})"
        assert elsewhere.requests == []


@pytest.mark.parametrize("status", [599, 299])
def test_a_status_that_nobody_defined(twilio: Carrier, status: int) -> None:
    twilio.reply = Reply(status, b"{}")
    assert fail().code == f"HTTP {status}"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("Mon, 23 Nov 2026 08:02:00 GMT", 120),
        ("Mon, 23 Nov 2026 07:00:00 GMT", 0),
        ("99999999999999999999", LONGEST_RETRY_AFTER),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("٣", None),
    ],
)
@pytest.mark.parametrize("service", ["twilio", "africastalking"])
def test_retry_after(
    request: pytest.FixtureRequest, service: str, header: str, seconds: int | None
) -> None:
    carrier: Carrier = request.getfixturevalue(service)
    carrier.reply = Reply(429, {"code": 20429}, {"Retry-After": header.encode().decode("latin-1")})
    with time_machine.travel(NOW, tick=False):
        assert fail().retry_after == seconds


def test_without_the_header_the_queue_decides(twilio: Carrier) -> None:
    twilio.reply = Reply(503, b"")
    assert fail().retry_after is None


def test_a_claim_outlasts_all_waiting() -> None:
    longest = timedelta(seconds=CONNECT_TIMEOUT + READ_TIMEOUT + LONGEST_ANSWER)
    assert longest < LEASE / 2


TROUBLES = [
    Reply(400, {"code": 21211, "message": f"{TO}: {TEXT}"}),
    Reply(500, f"{TO}: {TEXT}".encode()),
    Reply(201, f"{TO}: {TEXT}".encode()),
    Reply(302, b"", {"Location": f"/{TO}/"}),
    Reply(drop=True),
]


@pytest.mark.parametrize("number", range(len(TROUBLES)))
@pytest.mark.parametrize("service", ["twilio", "africastalking"])
def test_errors_and_logs_name_nobody(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, service: str, number: int
) -> None:
    carrier: Carrier = request.getfixturevalue(service)
    carrier.reply = TROUBLES[number]
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NotSent) as trouble:
        texter_for(Channel.SMS).send(to=TO, text=TEXT, key="delivery-7")
    error = trouble.value
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    told = f"{error!r} {error} {caplog.text}"
    secrets = (TO, TO[1:], TEXT, "Chipo", "atsk_secret", "token-of-twilio")
    assert [word for word in secrets if word in told] == []
    assert len(error.code) <= 100
