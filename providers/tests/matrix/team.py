"""The team, who is invited, and who leaves."""

from collections.abc import Sequence

from booking.domain.invitations import invite, make_token
from booking.tests.cast import make_staff
from providers.tests.matrix import Page, Scene
from providers.tests.salon import NOW


def the_member(scene: Scene) -> Sequence[object]:
    """The id of the member."""
    return (scene.staff.pk,)


def the_manager(scene: Scene) -> Sequence[object]:
    """The id of the manager, whom the owner alone may change."""
    return (scene.salon.marys.pk,)


def the_invitation(scene: Scene) -> Sequence[object]:
    """The token of an open invitation for somebody without an account."""
    new = make_staff(scene.salon.provider, name="New")
    asked = invite(new, email="new@example.com", by=scene.salon.alice, now=NOW)
    return (make_token(asked),)


def deed(name: str, *, done: int = 303, about_manager: bool = False, **sends: str) -> Page:
    """Return the row of a change that owners and managers make; managers not to one another."""
    return Page(
        name,
        get=(405, 405, 405, 405, 405, 404),
        post=(done, 404 if about_manager else done, 404, 404, 404, 404),
        about=the_manager if about_manager else the_member,
        variant="manager" if about_manager else "",
        sends=sends,
    )


DETAILS = {"name": "Somebody Else", "title": "Boss", "role": "manager"}

PAGES = (
    Page(
        "provider_team",
        get=(200, 200, 404, 404, 200, 404),
        post=(405, 405, 404, 404, 405, 404),
    ),
    Page(
        "provider_member_new",
        get=(200, 200, 404, 404, 200, 404),
        post=(422, 422, 404, 404, 422, 404),
        sends=DETAILS,
    ),
    Page(
        "provider_member",
        get=(200, 200, 404, 404, 404, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=the_member,
        sends=DETAILS,
    ),
    Page(
        "provider_member",
        get=(200, 404, 404, 404, 404, 404),
        post=(422, 404, 404, 404, 404, 404),
        about=the_manager,
        variant="manager",
        sends=DETAILS,
    ),
    deed("provider_member_move", to="up"),
    deed("provider_member_invite", done=422, email="friend@example.com"),
    deed("provider_member_invite", done=422, about_manager=True, email="friend@example.com"),
    deed("provider_member_withdraw"),
    deed("provider_member_disconnect"),
    deed("provider_member_disconnect", about_manager=True),
    Page(
        "provider_member_archive",
        get=(200, 200, 404, 404, 404, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=the_member,
    ),
    Page(
        "provider_member_archive",
        get=(200, 404, 404, 404, 404, 404),
        post=(303, 404, 404, 404, 404, 404),
        about=the_manager,
        variant="manager",
    ),
    deed("provider_member_reassign", all="1"),
    deed("provider_member_restore"),
    Page(
        "invitation",
        # Whoever holds the link may open it; those who belong there already cannot join again.
        get=(200, 200, 200, 200, 200, 200),
        post=(409, 409, 409, 409, 303, 303),
        about=the_invitation,
        visitor=(200, 303),
        by_secret=True,
    ),
)
