"""The project's settings under a fixed environment, so that nobody's `.env` changes a test.

Values come from `.env.example`; only the database is taken from the environment.
"""

import os
from pathlib import Path

_example = Path(__file__).resolve().parents[2] / ".env.example"
_lines = (line.partition("=") for line in _example.read_text().splitlines())
os.environ |= {name: value for name, _, value in _lines if name.isidentifier()}
os.environ["SECRET_KEY"] = "of-tests-" * 8
os.environ.setdefault("DATABASE_URL", os.environ.get("TEST_DATABASE_URL") or "sqlite:///unused")
# Playwright's driver runs an event loop in the test's thread; without this Django would refuse
# every query there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from project.settings import *  # noqa: E402, F403  the environment has to be complete first

# Strong hashes are slow on purpose; tests make many passwords that guard nothing.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["default"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}  # noqa: F405
SMS_BACKEND = WHATSAPP_BACKEND = "memory"  # booking/notifications/channels/memory.py
