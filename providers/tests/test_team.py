"""/provider/team/: who works there, as what, in which order, and who may change whom."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain.invitations import invite
from booking.models import OutboxJob
from booking.tests.cast import make_service, make_staff, make_user
from customers.models import User
from providers.models import Invitation, Provider, Staff
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

LIST, NEW = "/provider/team/", "/provider/team/new/"


def page_of(member: Staff, deed: str = "") -> str:
    return f"{LIST}{member.pk}/{deed}"


def details(member: Staff, **changes: object) -> dict[str, object]:
    """What the form of the member's page sends."""
    services = list(member.services.values_list("pk", flat=True))
    as_it_is = {"name": member.name, "title": member.title, "services": services}
    return as_it_is | {"role": member.role} | changes


def names(salon: Salon) -> list[str]:
    """The active team in its order."""
    return list(salon.provider.staff.active().values_list("name", flat=True))


def html_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


# --- the list -----------------------------------------------------------------------------------


def test_list_shows_who_signs_in_and_how(salon: Salon, as_user: LogIn) -> None:
    invite(salon.tendai, email="tendai@example.com", by=salon.alice, now=NOW)
    make_staff(salon.provider, name="Gone", active=False)
    html = html_of(as_user(salon.alice), LIST)
    assert "Signs in with bob@example.com" in html
    assert "Invited: tendai@example.com" in html
    assert "Archived (1)" in html
    assert "Alice Ncube owns the business and performs no services." in html
    assert html.index(">Bob<") < html.index(">Mary<") < html.index(">Tendai<") < html.index("Gone")


def test_business_page_leads_there(salon: Salon, as_user: LogIn) -> None:
    assert f'href="{LIST}"' in html_of(as_user(salon.mary), "/provider/business/")
    assert f'href="{LIST}"' not in html_of(as_user(salon.bob), "/provider/business/")


def test_manager_gets_no_link_to_managers(salon: Salon, as_user: LogIn) -> None:
    html = html_of(as_user(salon.mary), LIST)
    assert page_of(salon.bobs) + '"' in html
    assert page_of(salon.marys) + '"' not in html


def test_empty_team_says_what_to_do(salon: Salon, as_user: LogIn) -> None:
    assert "Nobody yet" in html_of(as_user(salon.charlie), LIST)


def test_list_costs_the_same_however_many_there_are(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    counts = []
    for more in (1, 2, 0):
        with CaptureQueriesContext(connection) as queries:
            html_of(client, LIST)
        counts.append(len(queries))
        for _ in range(more):
            member = make_staff(salon.provider, user=make_user())
            salon.braids.staff.add(member)
            new = make_staff(salon.provider, active=False)
            Invitation.objects.create(
                staff=new, email="x@example.com", created_at=NOW, expires_at=NOW + DAY
            )
    assert counts == [7, 7, 7]


def test_order_is_moved_by_one_and_stops_at_the_ends(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.mary)
    assert names(salon) == ["Bob", "Mary", "Tendai"]
    client.post(page_of(salon.tendai, "move/"), {"to": "up"})
    assert names(salon) == ["Bob", "Tendai", "Mary"]
    client.post(page_of(salon.bobs, "move/"), {"to": "up"})
    assert names(salon) == ["Bob", "Tendai", "Mary"]
    client.post(page_of(salon.bobs, "move/"), {"to": "down"})
    response = client.post(page_of(salon.marys, "move/"), {"to": "down"})
    assert (response.status_code, response["Location"]) == (303, f"{LIST}#member-{salon.marys.pk}")
    assert names(salon) == ["Tendai", "Bob", "Mary"]


# --- somebody new -------------------------------------------------------------------------------


def test_somebody_is_added_at_the_end_with_services(salon: Salon, as_user: LogIn) -> None:
    data = {
        "name": " New  One ",
        "title": "Stylist",
        "role": "staff",
        "services": [salon.braids.pk],
    }
    response = as_user(salon.alice).post(NEW, data)
    assert (response.status_code, response["Location"]) == (303, LIST)
    made = Staff.objects.latest("pk")
    assert names(salon)[-1] == "New One"
    assert (made.title, made.role, made.user) == ("Stylist", "staff", None)
    assert list(made.services.all()) == [salon.braids]
    assert Invitation.objects.count() == 0


def test_somebody_is_invited_at_once(salon: Salon, as_user: LogIn) -> None:
    data = {"name": "New", "role": "manager", "email": "New@example.com"}
    html = as_user(salon.alice).post(NEW, data, follow=True).content.decode()
    assert "An invitation is on its way to New@example.com." in html
    [asked] = Invitation.objects.all()
    assert (asked.email, asked.staff.role, asked.invited_by) == (
        "new@example.com",
        "manager",
        salon.alice,
    )
    assert OutboxJob.objects.get(kind="staff_invitation").payload == {"invitation": asked.pk}


def test_owner_adds_herself_once(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    assert 'name="me"' in html_of(client, NEW)
    client.post(NEW, {"name": "Alice", "role": "staff", "me": "on"})
    assert Staff.objects.latest("pk").user == salon.alice
    assert 'name="me"' not in html_of(client, NEW)
    client.post(NEW, {"name": "Alice", "role": "staff", "me": "on"})
    assert Staff.objects.filter(user=salon.alice).count() == 1


def test_manager_makes_no_managers_and_no_owner(salon: Salon, as_user: LogIn) -> None:
    html = html_of(as_user(salon.mary), NEW)
    assert 'name="role"' not in html
    assert 'name="me"' not in html
    as_user(salon.mary).post(NEW, {"name": "New", "role": "manager", "me": "on"})
    made = Staff.objects.latest("pk")
    assert (made.name, made.role, made.user) == ("New", "staff", None)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "\u200b"},
        {"name": "x" * 121},
        {"email": "nobody"},
        {"role": "owner"},
        {"services": ["999999"]},
        {"me": "on", "email": "alice@example.com"},
    ],
)
def test_what_cannot_be_kept_is_shown_again(
    salon: Salon, as_user: LogIn, bad: dict[str, object]
) -> None:
    response = as_user(salon.alice).post(
        NEW, {"name": "Typed", "role": "staff", "title": "T"} | bad
    )
    assert response.status_code == 422
    assert 'value="T"' in response.content.decode()
    assert names(salon) == ["Bob", "Mary", "Tendai"]


def test_services_of_others_are_not_performed(salon: Salon, as_user: LogIn) -> None:
    theirs = make_service(salon.elsewhere, [make_staff(salon.elsewhere)])
    data = {"name": "New", "role": "staff", "services": [theirs.pk]}
    assert as_user(salon.alice).post(NEW, data).status_code == 422


# --- a member's page ----------------------------------------------------------------------------


def test_owner_changes_a_member(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    sent = details(salon.bobs, name="Robert", title="Barber", role="manager", services=[])
    html = client.post(page_of(salon.bobs), sent, follow=True).content.decode()
    assert "Saved." in html
    salon.bobs.refresh_from_db()
    assert (salon.bobs.name, salon.bobs.title, salon.bobs.role) == ("Robert", "Barber", "manager")
    assert list(salon.bobs.services.all()) == []


def test_manager_changes_staff_but_not_their_role(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.mary)
    assert 'name="role"' not in html_of(client, page_of(salon.bobs))
    client.post(page_of(salon.bobs), details(salon.bobs, name="Robert", role="manager"))
    salon.bobs.refresh_from_db()
    assert (salon.bobs.name, salon.bobs.role) == ("Robert", "staff")


def test_manager_changes_neither_managers_nor_the_owner(salon: Salon, as_user: LogIn) -> None:
    owners = make_staff(salon.provider, name="Alice", user=salon.alice)
    client = as_user(salon.mary)
    for member in (salon.marys, owners):
        for deed in ("", "archive/"):
            assert client.get(page_of(member, deed)).status_code == 404
        for deed in ("", "archive/", "restore/", "invite/", "withdraw/", "disconnect/"):
            sent = details(member, name="Changed", email="x@example.com")
            assert client.post(page_of(member, deed), sent).status_code == 404
        member.refresh_from_db()
        assert (member.name != "Changed", member.active) == (True, True)


def test_owners_own_row_has_no_role_to_lose(salon: Salon, as_user: LogIn) -> None:
    owners = make_staff(salon.provider, name="Alice", user=salon.alice, role=Staff.Role.MANAGER)
    client = as_user(salon.alice)
    html = html_of(client, page_of(owners))
    assert 'name="role"' not in html
    assert "disconnect/" not in html
    client.post(page_of(owners), details(owners, role="staff"))
    client.post(page_of(owners, "disconnect/"))
    owners.refresh_from_db()
    assert (owners.role, owners.user) == ("manager", salon.alice)


def test_unmade_manager_sees_the_own_part_alone_at_once(salon: Salon, as_user: LogIn) -> None:
    mary = as_user(salon.mary)
    assert mary.get(LIST).status_code == 200
    as_user(salon.alice).post(page_of(salon.marys), details(salon.marys, role="staff"))
    assert mary.get(LIST).status_code == 404
    assert mary.get("/provider/").status_code == 200


def test_service_that_nobody_performs_now_is_named(salon: Salon, as_user: LogIn) -> None:
    own = make_service(salon.provider, [salon.bobs], name="Shave")
    old = make_service(salon.provider, [salon.bobs], name="Old", active=False)
    client = as_user(salon.alice)
    html = client.post(page_of(salon.bobs), details(salon.bobs, services=[]), follow=True)
    assert "Nobody performs Shave now, so it cannot be booked." in html.content.decode()
    assert list(own.staff.all()) == []
    assert list(old.staff.all()) == [salon.bobs]


def test_appointments_stay_when_services_change(salon: Salon, as_user: LogIn) -> None:
    booked = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    as_user(salon.alice).post(page_of(salon.bobs), details(salon.bobs, services=[]))
    booked.refresh_from_db()
    assert (booked.staff, booked.status) == (salon.bobs, "confirmed")


def test_bad_input_is_shown_again(salon: Salon, as_user: LogIn) -> None:
    response = as_user(salon.alice).post(page_of(salon.bobs), details(salon.bobs, name=""))
    assert response.status_code == 422
    salon.bobs.refresh_from_db()
    assert salon.bobs.name == "Bob"


def test_page_is_found_without_naming_the_business(salon: Salon, as_user: LogIn) -> None:
    """Messages link to it, also for people with several businesses."""
    make_staff(salon.elsewhere, user=salon.mary)
    Provider.objects.filter(pk=salon.elsewhere.pk).update(name="A first one")
    html = html_of(as_user(salon.mary), page_of(salon.bobs))
    assert 'href="/provider/team/?business=salon"' in html


def test_staff_of_one_business_run_nothing_there_by_running_another(
    salon: Salon, as_user: LogIn
) -> None:
    theirs = make_staff(salon.elsewhere, name="Theirs", user=salon.alice)
    other = make_staff(salon.elsewhere, name="Other")
    client = as_user(salon.alice)
    for member in (theirs, other):
        assert client.get(page_of(member) + "?business=elsewhere").status_code == 404
        assert client.get(page_of(member)).status_code == 404
    assert client.get(LIST + "?business=elsewhere").status_code == 404


# --- inviting -----------------------------------------------------------------------------------


def test_invitation_is_sent_sent_again_and_withdrawn(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.mary)
    send, withdraw = page_of(salon.tendai, "invite/"), page_of(salon.tendai, "withdraw/")
    html = client.post(send, {"email": "t@example.com"}, follow=True).content.decode()
    assert "An invitation is on its way to t@example.com." in html
    assert "Send again" in html
    html = client.post(send, {"email": "t@example.com"}, follow=True).content.decode()
    assert "Please wait a minute." in html
    assert Invitation.objects.open(NOW).count() == 1
    for _ in range(2):
        html = client.post(withdraw, follow=True).content.decode()
        assert "The invitation to t@example.com was withdrawn." in html
    assert Invitation.objects.open(NOW).count() == 0


def test_address_that_is_none_is_shown_again(salon: Salon, as_user: LogIn) -> None:
    response = as_user(salon.alice).post(page_of(salon.tendai, "invite/"), {"email": "t@"})
    assert response.status_code == 422
    assert 'value="t@"' in response.content.decode()
    assert Invitation.objects.count() == 0


def test_wrong_account_is_disconnected(salon: Salon, as_user: LogIn) -> None:
    bob = as_user(salon.bob)
    as_user(salon.alice).post(page_of(salon.bobs, "disconnect/"))
    assert bob.get("/provider/appointments/").status_code == 404
    salon.bobs.refresh_from_db()
    assert (salon.bobs.user, salon.bobs.active) == (None, True)
