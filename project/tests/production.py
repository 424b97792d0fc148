"""The settings as deploy/nguva.env makes them, in a process of their own."""

import os
import subprocess
import sys

from project.tests.sources import ROOT


def example() -> dict[str, str]:
    """What deploy/nguva.env sets, filled in as its reader would."""
    lines = (ROOT / "deploy" / "nguva.env").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    values = {name: value.strip('"') for name, _, value in pairs}
    return values | {"SECRET_KEY": "k" * 30 + "0123456789abcdefghijklmnop"}


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run Python in production; ``changes`` are to the settings' environment."""
    fixed = {"DJANGO_SETTINGS_MODULE": "project.settings", "DATABASE_URL": "sqlite://:memory:"}
    env = os.environ | example() | fixed | changes
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # for browser tests
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def say(source: str, **changes: str) -> str:
    """Return what ``source`` prints once Django is set up."""
    done = run("-c", f"import django; django.setup()\n{source}", **changes)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
