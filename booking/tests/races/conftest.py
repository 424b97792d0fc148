"""What every race starts from."""

from collections.abc import Iterator

import pytest

from booking.tests.races.business import Business
from booking.tests.races.protection import lock_off, rules_off


@pytest.fixture
def business(transactional_db: None) -> Business:
    """A business with two staff and nothing booked."""
    return Business()


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anybody; the database's rules are all there is."""
    lock_off(monkeypatch)


@pytest.fixture
def without_rules(business: Business) -> Iterator[None]:
    """The database refuses nothing; the lock is all there is."""
    with rules_off():
        yield


@pytest.fixture
def unprotected(without_lock: None, without_rules: None) -> None:
    """Neither lock nor rules: a control must oversell now."""
