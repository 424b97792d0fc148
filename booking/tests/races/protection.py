"""Switch the protections off, one by one, to see what each is worth. For controls only."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models
from django.db.migrations import AlterField, RemoveConstraint

from booking.domain import locking
from booking.models import Appointment, Hold, OutboxJob, Session
from booking.tests.races.harness import Gate, schema_changed
from providers.models import Provider


def lock_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the provider and lock nothing, wherever the lock is taken."""
    replace_everywhere(monkeypatch, "lock_provider", locking.lock_provider, _read_provider)


def _read_provider(provider_id: int) -> Provider:
    return Provider.objects.get(pk=provider_id)


def gate_after(monkeypatch: pytest.MonkeyPatch, check: Callable[..., Any], gate: Gate) -> None:
    """Make everybody who looked by ``check`` wait for the others, in the modules that write."""
    replace_everywhere(monkeypatch, check.__name__, check, gate.after(check), but=["refusals"])


def replace_everywhere(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    old: Callable[..., Any],
    new: Callable[..., Any],
    but: Iterable[str] = (),
) -> None:
    """Put ``new`` in place of ``old`` in every module of the domain that has it by this name."""
    found = 0
    for path, module in list(sys.modules.items()):
        leaf = path.rpartition(".")[2]
        in_domain = path.startswith("booking.domain.") and leaf not in but
        if in_domain and getattr(module, name, None) is old:
            monkeypatch.setattr(module, name, new)
            found += 1
    assert found, f"nobody uses {name}: this control would show nothing"


@contextmanager
def rules_off() -> Iterator[None]:
    """Take the database's own rules about time, seats and keys away, and tidy up at the end."""
    key = models.CharField(max_length=120, null=True)  # as it is, but not unique
    changes = (
        RemoveConstraint("Session", "session_no_overlap"),
        RemoveConstraint("Session", "session_seats_not_oversold"),
        AlterField("Appointment", "idempotency_key", key),
    )
    with schema_changed("booking", *changes):
        try:
            yield
        finally:
            for model in (Appointment, Hold, Session, OutboxJob):
                model._base_manager.all().delete()
