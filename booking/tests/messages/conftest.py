"""The salon and its moment, as the tests of jobs have them."""

from collections.abc import Iterator

import pytest

from booking.notifications.channels import memory
from booking.tests.jobs.conftest import asking_salon, monday, salon

__all__ = ["asking_salon", "monday", "salon"]


@pytest.fixture
def texts() -> Iterator[list[memory.Text]]:
    """The texts that leave during the test."""
    memory.outbox.clear()
    yield memory.outbox
    memory.outbox.clear()
