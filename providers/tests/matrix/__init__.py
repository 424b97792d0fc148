"""Who may open which page of the business; one module of this package for each part of it.

A module names its pages in ``PAGES``; ``all_pages`` finds them by itself. An address under
``/provider/`` without a row fails ``providers.tests.test_access_matrix``.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module

from django.urls import reverse

from booking.models import Appointment
from providers.models import Staff
from providers.tests.salon import Salon

LOGIN = "to log in"
"""In place of a status: sent to the login page with the way back."""

Answer = int | str


@dataclass(frozen=True)
class Scene:
    """What an address can be about: a member of the salon, and an appointment with them."""

    salon: Salon
    staff: Staff
    appointment: Appointment


def nothing(_: Scene) -> Sequence[object]:
    """The address names nothing."""
    return ()


@dataclass(frozen=True)
class Page:
    """One address and the status that each role gets.

    ``get`` and ``post`` (an empty form) are, in this order: owner, manager, staff, staff at what
    is another's, the owner of another business, customer. The first three come about Bob (who is
    the staff member), the others about Tendai; write 404 for whoever must not learn that there
    is something. ``visitor`` is what GET and POST give to somebody who is not logged in.

    ``about`` returns the arguments of the address, and may first make the object that it names.
    ``sends`` is a form that would change something if it were let through: it is sent by
    everybody whose ``post`` is a refusal, and must change nothing. ``variant`` tells rows of one
    address apart; ``query`` is what follows the question mark. ``by_secret`` marks an address that
    itself permits what is done there, whoever has it.
    """

    name: str
    get: tuple[int, int, int, int, int, int]
    post: tuple[int, int, int, int, int, int]
    about: Callable[[Scene], Sequence[object]] = nothing
    variant: str = ""
    visitor: tuple[Answer, Answer] = (LOGIN, LOGIN)
    sends: Mapping[str, str | list[str]] = field(default_factory=dict)
    query: str = ""
    by_secret: bool = False

    def __str__(self) -> str:
        return f"{self.name}:{self.variant}" if self.variant else self.name

    def address(self, scene: Scene) -> str:
        """Return the address about ``scene``."""
        path = reverse(self.name, args=list(self.about(scene)))
        return f"{path}?{self.query}" if self.query else path


def all_pages() -> list[Page]:
    """Return the pages of every module here."""
    found = [import_module(f"{__name__}.{it.name}") for it in pkgutil.iter_modules(__path__)]
    return [page for module in found for page in module.PAGES]
