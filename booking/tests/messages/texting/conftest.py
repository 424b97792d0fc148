"""A local carrier, and the settings that lead to it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from booking.notifications.channels import memory
from booking.tests.messages.texting import carrier as local
from booking.tests.messages.texting.carrier import Carrier

ACCOUNT = "AC" + "0123456789abcdef" * 2
TEMPLATE = "HX" + "fedcba9876543210" * 2


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A proxy in the developer's environment has no business here."""
    monkeypatch.setenv("NO_PROXY", "*")
    memory.outbox.clear()
    yield
    memory.outbox.clear()


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with local.running() as carrier:
        yield carrier


@pytest.fixture
def africastalking(carrier: Carrier, settings: Settings) -> Carrier:
    """SMS go to a local Africa's Talking."""
    settings.SMS_BACKEND = "africastalking"
    settings.AFRICASTALKING_URL = carrier.url
    settings.AFRICASTALKING_USERNAME = "nguva"
    settings.AFRICASTALKING_API_KEY = "atsk_secret"
    settings.AFRICASTALKING_SENDER = "NGUVA"
    return carrier


@pytest.fixture
def twilio(carrier: Carrier, settings: Settings) -> Carrier:
    """SMS and WhatsApp go to a local Twilio."""
    settings.SMS_BACKEND = settings.WHATSAPP_BACKEND = "twilio"
    settings.TWILIO_URL = carrier.url
    settings.TWILIO_ACCOUNT_SID = ACCOUNT
    settings.TWILIO_AUTH_TOKEN = "token-of-twilio"
    settings.TWILIO_FROM = "+15550006789"
    settings.TWILIO_WHATSAPP_FROM = "+15550001111"
    settings.TWILIO_WHATSAPP_TEMPLATE = TEMPLATE
    return carrier
