"""Settings for texts: read strictly, and checked for combinations that cannot work."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from booking.tests.messages.texting.conftest import ACCOUNT, TEMPLATE
from project.tests.sources import ROOT

AFRICASTALKING = {
    "SMS_BACKEND": "africastalking",
    "AFRICASTALKING_USERNAME": "nguva",
    "AFRICASTALKING_API_KEY": "atsk_1",
}
TWILIO = {
    "SMS_BACKEND": "twilio",
    "WHATSAPP_BACKEND": "twilio",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "NGUVA",
    "TWILIO_WHATSAPP_FROM": "+15550001111",
    "TWILIO_WHATSAPP_TEMPLATE": TEMPLATE,
}


def found(settings: Settings, **values: Any) -> list[str]:
    """The ids of what the checks say about texts under these settings."""
    for name, value in {"DEBUG": False, **values}.items():
        setattr(settings, name, value)
    ids = [str(message.id) for message in run_checks()]
    return sorted(one for one in ids if one.startswith("nguva.") and one[6:9] in {"E10", "W10"})


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"SMS_BACKEND": "none", "WHATSAPP_BACKEND": "none"},
        {"SMS_BACKEND": "console", "WHATSAPP_BACKEND": "console", "DEBUG": True},
        AFRICASTALKING,
        AFRICASTALKING | {"AFRICASTALKING_USERNAME": "sandbox", "DEBUG": True},
        AFRICASTALKING | {"AFRICASTALKING_URL": "http://127.0.0.1:8100"},
        TWILIO,
        TWILIO | {"TWILIO_FROM": "MG" + "0" * 32},
        {"TWILIO_ACCOUNT_SID": "left over", "TWILIO_URL": "nothing"},
    ],
)
def test_good_settings(settings: Settings, values: dict[str, Any]) -> None:
    assert found(settings, **values) == []


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ({"SMS_BACKEND": "africastalking"}, ["nguva.E101", "nguva.E101"]),
        (AFRICASTALKING | {"AFRICASTALKING_API_KEY": ""}, ["nguva.E101"]),
        (AFRICASTALKING | {"AFRICASTALKING_API_KEY": "key\n"}, ["nguva.E102"]),
        (AFRICASTALKING | {"AFRICASTALKING_API_KEY": "ключ"}, ["nguva.E102"]),
        (AFRICASTALKING | {"AFRICASTALKING_URL": "http://api.example.com"}, ["nguva.E104"]),
        (AFRICASTALKING | {"AFRICASTALKING_URL": "api.example.com"}, ["nguva.E104"]),
        (AFRICASTALKING | {"AFRICASTALKING_USERNAME": "sandbox"}, ["nguva.W102"]),
        (TWILIO | {"TWILIO_FROM": ""}, ["nguva.E101"]),
        (TWILIO | {"TWILIO_WHATSAPP_FROM": ""}, ["nguva.E101"]),
        (TWILIO | {"TWILIO_WHATSAPP_FROM": "", "WHATSAPP_BACKEND": "none"}, []),
        (TWILIO | {"TWILIO_AUTH_TOKEN": ""}, ["nguva.E101"]),
        (TWILIO | {"TWILIO_ACCOUNT_SID": "SK" + "0" * 32}, ["nguva.E103"]),
        (TWILIO | {"TWILIO_WHATSAPP_FROM": "whatsapp:+15550001111"}, ["nguva.E103"]),
        (TWILIO | {"TWILIO_WHATSAPP_TEMPLATE": "booking"}, ["nguva.E103"]),
        (TWILIO | {"TWILIO_WHATSAPP_TEMPLATE": ""}, ["nguva.W103"]),
        (TWILIO | {"TWILIO_URL": "http://api.twilio.com"}, ["nguva.E104"]),
        ({"SMS_BACKEND": "console"}, ["nguva.W101"]),
        ({"SMS_BACKEND": "console", "WHATSAPP_BACKEND": "console"}, ["nguva.W101"] * 2),
    ],
)
def test_what_cannot_work_is_said(
    settings: Settings, values: dict[str, Any], ids: list[str]
) -> None:
    assert found(settings, **values) == ids


def test_no_finding_repeats_a_secret(settings: Settings) -> None:
    found(settings, **AFRICASTALKING | {"AFRICASTALKING_API_KEY": "hush-hush "})
    assert "hush" not in str([message.msg for message in run_checks()])


def read(**environment: str) -> subprocess.CompletedProcess[str]:
    """Read the project's settings in a process of their own; print what texts need."""
    names = ("SMS_BACKEND", "WHATSAPP_BACKEND", "AFRICASTALKING_URL", "TWILIO_URL")
    code = f"from project import settings as s; print(*[getattr(s, n) for n in {names}])"
    inherited = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    given = {"SECRET_KEY": "x" * 60, "DEBUG": "off", "DATABASE_URL": "sqlite:///unused"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=inherited | given | environment,
        capture_output=True,
        text=True,
        check=False,
    )


LIVE = "https://api.africastalking.com https://api.twilio.com"


@pytest.mark.parametrize(
    ("environment", "values"),
    [
        ({"SMS_BACKEND": "none", "WHATSAPP_BACKEND": "none"}, f"none none {LIVE}"),
        ({"SMS_BACKEND": "twilio", "WHATSAPP_BACKEND": "twilio"}, f"twilio twilio {LIVE}"),
        (
            {"SMS_BACKEND": "africastalking", "WHATSAPP_BACKEND": "none"}
            | {"AFRICASTALKING_USERNAME": "sandbox", "TWILIO_URL": "https://eu.example.com"},
            "africastalking none https://api.sandbox.africastalking.com https://eu.example.com",
        ),
    ],
)
def test_environment_is_read(environment: dict[str, str], values: str) -> None:
    run = read(**environment)
    assert run.stdout.strip() == values, run.stderr


@pytest.mark.parametrize(("debug", "default"), [("on", "console"), ("off", "none")])
def test_without_a_word_nothing_is_sent(debug: str, default: str) -> None:
    assert read(DEBUG=debug).stdout.split()[:2] == [default, default]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMS_BACKEND", "Twilio"),
        ("SMS_BACKEND", ""),
        ("SMS_BACKEND", "memory"),
        ("WHATSAPP_BACKEND", "africastalking"),
    ],
)
def test_unknown_carriers_stop_the_start(name: str, value: str) -> None:
    run = read(**{name: value})
    assert run.returncode != 0
    assert f"Set {name} to one of: " in run.stderr
