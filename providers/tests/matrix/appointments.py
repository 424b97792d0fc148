"""The day, the bookings and what is done to one of them."""

from collections.abc import Callable, Sequence

from providers.tests.matrix import Page, Scene


def the_appointment(scene: Scene) -> Sequence[object]:
    """The appointment's id."""
    return (scene.appointment.pk,)


def to(action: str) -> Callable[[Scene], Sequence[object]]:
    """The appointment's id and what to do to it."""
    return lambda scene: (scene.appointment.pk, action)


def the_message(scene: Scene) -> Sequence[object]:
    """The appointment's id and that of what was told about it."""
    return (scene.appointment.pk, scene.appointment.notifications.get().pk)


def action(slug: str, *, get: int, post: int) -> Page:
    """Return the row of one action: only those whose appointment it is learn of it."""
    return Page(
        "provider_appointment_action",
        get=(get, get, get, 404, 404, 404),
        post=(post, post, post, 404, 404, 404),
        about=to(slug),
        variant=slug,
    )


PAGES = (
    Page(
        "provider_dashboard",
        get=(200, 200, 200, 200, 200, 200),
        post=(405, 405, 405, 405, 405, 405),
    ),
    Page(
        "provider_appointments",
        get=(200, 200, 200, 200, 200, 404),
        post=(405, 405, 405, 405, 405, 404),
    ),
    Page(
        "provider_appointment",
        get=(200, 200, 200, 404, 404, 404),
        post=(405, 405, 405, 405, 405, 404),
        about=the_appointment,
    ),
    Page(
        "provider_appointment_reschedule",
        get=(200, 200, 200, 404, 404, 404),
        post=(422, 422, 422, 404, 404, 404),
        about=the_appointment,
        sends={"start": "2026-11-26T08:00:00Z"},
    ),
    Page(
        "provider_appointments_answer",
        get=(405, 405, 405, 405, 405, 404),
        post=(303, 303, 303, 303, 303, 404),
        sends={"answer": "accept", "appointment": [str(number) for number in range(1, 100)]},
    ),
    Page(
        "provider_appointment_notes",
        get=(405, 405, 405, 405, 405, 404),
        post=(303, 303, 303, 404, 404, 404),
        about=the_appointment,
        sends={"business_notes": "Ours"},
    ),
    action("decline", get=200, post=303),
    action("cancel", get=200, post=303),
    action("accept", get=405, post=303),
    action("complete", get=405, post=409),
    action("no-show", get=405, post=409),
    Page(
        "provider_message_again",
        get=(405, 405, 405, 405, 405, 404),
        post=(303, 303, 303, 404, 404, 404),
        about=the_message,
    ),
)
