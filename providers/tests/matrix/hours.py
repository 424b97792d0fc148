"""Hours, special days, time off, and the appointments that these affect."""

from collections.abc import Sequence

from providers.models import TimeOff
from providers.tests.matrix import Page, Scene
from providers.tests.salon import DAY, HOUR, NOW

CLOSED = {f"closed-{day}": "on" for day in range(7)}
TOMORROW = {"first": "2026-11-25", "start": "13:00", "end": "14:00"}


def their_time_off(scene: Scene) -> Sequence[object]:
    """The id of an hour that the staff member has off."""
    made, _ = TimeOff.objects.get_or_create(
        provider=scene.salon.provider,
        staff=scene.staff,
        start=NOW + DAY,
        end=NOW + DAY + HOUR,
    )
    return (made.pk,)


PAGES = (
    Page(
        "provider_hours",
        get=(200, 200, 200, 200, 200, 404),
        post=(422, 422, 422, 422, 422, 404),
        sends=CLOSED | {"own": "yes"},
    ),
    Page(
        "provider_dates",
        get=(200, 200, 200, 200, 200, 404),
        post=(404, 404, 404, 404, 404, 404),
    ),
    Page(
        "provider_time_off",
        get=(200, 200, 200, 200, 200, 404),
        post=(422, 422, 422, 422, 422, 404),
        sends=TOMORROW,
    ),
    Page(
        "provider_time_off_one",
        get=(200, 200, 200, 404, 404, 404),
        post=(422, 422, 422, 404, 404, 404),
        about=their_time_off,
        sends=TOMORROW,
    ),
    Page(
        "provider_time_off_remove",
        get=(405, 405, 405, 405, 405, 404),
        post=(303, 303, 303, 404, 404, 404),
        about=their_time_off,
        sends={"scope": "all"},
    ),
    Page(
        "provider_close_now",
        get=(405, 405, 405, 405, 405, 404),
        post=(422, 422, 422, 422, 422, 404),
        sends={"until": "17:00"},
    ),
    Page(
        "provider_affected",
        get=(200, 200, 200, 200, 200, 404),
        post=(303, 303, 303, 303, 303, 404),
        sends={f"answer-{number}": "cancel" for number in range(1, 100)},
    ),
)
