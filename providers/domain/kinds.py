"""What is usual in a trade: the services it begins with, and its hours. Only ever suggestions."""

from collections.abc import Sequence
from dataclasses import dataclass

from providers.models import Category

MONDAY_TO_FRIDAY, MONDAY_TO_SATURDAY, EVERY_DAY = range(5), range(6), range(7)


@dataclass(frozen=True, slots=True)
class Idea:
    """A service that many such businesses have; the price is theirs to say.

    ``alone``: nobody performs it, a room or a thing is rented by itself.
    """

    name: str
    duration: int
    hourly: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A trade. ``opens`` and ``closes`` are minutes since midnight, ``days`` weekdays from 0."""

    slug: str
    name: str
    icon: str
    ideas: tuple[Idea, ...]
    days: Sequence[int] = MONDAY_TO_SATURDAY
    opens: int = 8 * 60
    closes: int = 17 * 60


OTHER = Kind(
    "other",
    "Something else",
    "store",
    (Idea("Appointment", 60), Idea("Consultation", 30), Idea("First visit", 45)),
    days=MONDAY_TO_FRIDAY,
)
"""For whoever finds no other."""

KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "hairdressing",
            "Hairdressing",
            "scissors",
            (Idea("Haircut", 45), Idea("Wash and blow-dry", 45), Idea("Box braids", 180)),
            closes=18 * 60,
        ),
        Kind(
            "barbers",
            "Barbers",
            "brush",
            (Idea("Haircut", 30), Idea("Skin fade", 45), Idea("Beard trim", 15)),
            closes=19 * 60,
        ),
        Kind(
            "nails",
            "Nails",
            "nails",
            (Idea("Manicure", 45), Idea("Gel nails", 90), Idea("Pedicure", 60)),
            opens=9 * 60,
            closes=18 * 60,
        ),
        Kind(
            "massage",
            "Massage",
            "hand",
            (Idea("Massage", 60), Idea("Back massage", 30), Idea("Long massage", 90)),
            opens=9 * 60,
            closes=18 * 60,
        ),
        Kind(
            "dental",
            "Dental",
            "tooth",
            (Idea("Check-up", 30), Idea("Cleaning", 45), Idea("Filling", 60)),
            days=MONDAY_TO_FRIDAY,
        ),
        Kind(
            "tutoring",
            "Tutoring",
            "book",
            (Idea("Lesson", 60, hourly=True), Idea("Trial lesson", 30), Idea("Long lesson", 90)),
            opens=14 * 60,
            closes=19 * 60,
        ),
        Kind(
            "rooms",
            "Rooms",
            "door",
            (
                Idea("Meeting room", 60, hourly=True, alone=True),
                Idea("Half a day", 240, alone=True),
                Idea("A whole day", 480, alone=True),
            ),
            days=MONDAY_TO_FRIDAY,
        ),
        Kind(
            "photography",
            "Photography",
            "camera",
            (Idea("Portraits", 60), Idea("Passport photo", 15), Idea("Family pictures", 90)),
        ),
        Kind(
            "fitness",
            "Fitness",
            "dumbbell",
            (Idea("Personal training", 60), Idea("First session", 30), Idea("Massage", 45)),
            opens=6 * 60,
            closes=19 * 60,
        ),
    )
}
"""By the slug of the category."""


def kind_of(slug: str) -> Kind:
    """Return the trade of the category called ``slug``; the plain one for categories of others."""
    return KINDS.get(slug, OTHER)


def category_choices() -> list[tuple[str, str]]:
    """Return slugs and names to choose from: the site's categories, and always a way out.

    A site that has none yet offers the usual ones.
    """
    rows = list(Category.objects.values_list("slug", "name"))
    listed = rows or [(kind.slug, kind.name) for kind in KINDS.values()]
    known = {slug for slug, _ in listed}
    return listed if OTHER.slug in known else [*listed, (OTHER.slug, OTHER.name)]


def get_category(slug: str) -> Category:
    """Return the category; one that is offered and has no row yet gets one, at the end."""
    kind = kind_of(slug)
    values = {"name": kind.name, "icon": kind.icon, "position": Category.objects.count()}
    return Category.objects.get_or_create(slug=slug, defaults=values)[0]
