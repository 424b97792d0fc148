"""Which carrier a channel has, and what stands in for one in development and in tests."""

import subprocess
import sys

import pytest
from pytest_django import Settings

from booking.notifications.channels import memory
from booking.notifications.channels.africastalking import AfricasTalkingTexter
from booking.notifications.channels.memory import Text
from booking.notifications.channels.texting import (
    NotConfigured,
    TextRefused,
    can_text,
    for_sms,
    texter_for,
)
from booking.notifications.channels.twilio import TwilioTexter
from customers.models import Channel
from project.tests.sources import ROOT


def test_each_channel_has_its_own_carrier(settings: Settings) -> None:
    settings.SMS_BACKEND, settings.WHATSAPP_BACKEND = "africastalking", "twilio"
    assert isinstance(texter_for(Channel.SMS), AfricasTalkingTexter)
    assert isinstance(texter_for(Channel.WHATSAPP), TwilioTexter)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_none_is_not_configured(settings: Settings, channel: Channel) -> None:
    settings.SMS_BACKEND = settings.WHATSAPP_BACKEND = "none"
    assert not can_text(channel)
    with pytest.raises(NotConfigured) as refusal:
        texter_for(channel)
    assert refusal.value.code == "not configured"
    assert isinstance(refusal.value, TextRefused)


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.IN_APP])
def test_other_channels_carry_no_texts(channel: Channel) -> None:
    assert not can_text(channel)
    with pytest.raises(NotConfigured):
        texter_for(channel)


def test_console_prints_while_debugging(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEBUG, settings.SMS_BACKEND = True, "console"
    sent = texter_for(Channel.SMS).send(to="+263771234567", text="Hello – you", key="delivery-7")
    assert sent == "console-delivery-7"
    assert capsys.readouterr().out == "SMS to +263771234567: Hello – you\n"


def test_console_prints_nothing_in_production(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEBUG, settings.WHATSAPP_BACKEND = False, "console"
    assert not can_text(Channel.WHATSAPP)
    with pytest.raises(NotConfigured):
        texter_for(Channel.WHATSAPP).send(to="+263771234567", text="Hello", key="7")
    assert capsys.readouterr().out == ""


def test_tests_keep_their_texts_in_memory() -> None:
    texter_for(Channel.WHATSAPP).send(to="+263771234567", text="Hello", key="7")
    assert memory.outbox == [Text(Channel.WHATSAPP, "+263771234567", "Hello", "7")]


def test_plain_signs_keep_an_sms_cheap() -> None:
    assert for_sms("“Tue” – 14:30…\u00a0Chipo’s × 2") == '"Tue" - 14:30... Chipo\'s x 2'
    assert for_sms("Çok güzel 👋") == "Çok güzel 👋"


LOADED = """
import sys
from django.urls import get_resolver
import project.wsgi
get_resolver().url_patterns
print("requests" in sys.modules, "booking.views.manage" in sys.modules)
"""


def test_a_web_process_loads_no_http_library() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "project.testing.settings", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.returncode) == ("False True\n", 0), run.stderr
