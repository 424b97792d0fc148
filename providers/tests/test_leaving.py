"""Somebody leaves: their coming appointments are listed, given away or kept; then they are gone."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment
from booking.tests.cast import make_service, make_staff
from customers.models import User
from providers.models import Invitation, Staff
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]


def page_of(member: Staff, deed: str = "archive/") -> str:
    return f"/provider/team/{member.pk}/{deed}"


def booked(salon: Salon, number: int = 0) -> Appointment:
    return make_appointment(salon.braids, salon.bobs, start=NOW + DAY + number * HOUR)


def staff_of(*appointments: Appointment) -> list[Staff | None]:
    return [Appointment.objects.get(pk=each.pk).staff for each in appointments]


def test_coming_ones_are_listed_with_who_could_take_them(salon: Salon, as_user: LogIn) -> None:
    mine, past = booked(salon), booked(salon, -48)
    html = as_user(salon.alice).get(page_of(salon.bobs)).content.decode()
    assert "1 coming appointment<" in html
    assert f'name="to-{mine.pk}"' in html
    assert f'name="to-{past.pk}"' not in html
    assert f'<option value="{salon.tendai.pk}">Tendai</option>' in html
    assert "loses access at once" in html


def test_list_is_cut_into_pages_and_costs_the_same(salon: Salon, as_user: LogIn) -> None:
    client, counts = as_user(salon.alice), []
    for first, last in ((0, 1), (1, 3), (3, 25)):
        for number in range(first, last):
            booked(salon, number * 2)
        with CaptureQueriesContext(connection) as queries:
            html = client.get(page_of(salon.bobs)).content.decode()
        counts.append(len(queries))
    assert counts == [11, 11, 11]
    assert "25 coming appointments" in html
    assert html.count('name="to-') == 20
    assert "Page 1 of 2" in html


def test_service_that_nobody_else_performs_is_warned_of(salon: Salon, as_user: LogIn) -> None:
    make_service(salon.provider, [salon.bobs], name="Shave")
    client = as_user(salon.alice)
    assert "Nobody else performs Shave" in client.get(page_of(salon.bobs)).content.decode()
    html = client.post(page_of(salon.bobs), follow=True).content.decode()
    assert "Nobody performs Shave now, so it cannot be booked." in html


def test_each_goes_to_whom_it_was_given(salon: Salon, as_user: LogIn) -> None:
    one, two, three = (booked(salon, number) for number in range(3))
    sent = {f"to-{one.pk}": salon.tendai.pk, f"to-{two.pk}": salon.marys.pk, f"to-{three.pk}": ""}
    response = as_user(salon.mary).post(page_of(salon.bobs, "reassign/"), sent, follow=True)
    assert response.redirect_chain == [(page_of(salon.bobs), 303)]
    assert "Given away: 2." in response.content.decode()
    assert staff_of(one, two, three) == [salon.tendai, salon.marys, salon.bobs]


def test_all_go_save_those_that_clash(salon: Salon, as_user: LogIn) -> None:
    clash, free = booked(salon), booked(salon, 2)
    make_appointment(salon.braids, salon.tendai, start=clash.start)
    sent = {"all": "1", "to": salon.tendai.pk}
    response = as_user(salon.alice).post(page_of(salon.bobs, "reassign/"), sent)
    html = response.content.decode()
    assert response.status_code == 409
    assert "1 given away, 1 stays with Bob" in html
    assert "Wed 25 Nov, 12:00, Guest Gumbo. Tendai: " in html
    assert staff_of(clash, free) == [salon.bobs, salon.tendai]


def test_nothing_chosen_changes_nothing(salon: Salon, as_user: LogIn) -> None:
    one = booked(salon)
    sent = {f"to-{one.pk}": "", "to-x": "1", "to-²": str(salon.tendai.pk), "to-" + "9" * 40: "1"}
    response = as_user(salon.alice).post(page_of(salon.bobs, "reassign/"), sent, follow=True)
    assert (
        "Nothing went: choose who takes what, among those who perform it."
        in response.content.decode()
    )
    assert staff_of(one) == [salon.bobs]


def test_only_own_appointments_go_and_only_to_own_people(salon: Salon, as_user: LogIn) -> None:
    theirs = make_staff(salon.elsewhere)
    cut = make_service(salon.elsewhere, [theirs])
    foreign = make_appointment(cut, theirs, start=NOW + DAY)
    mine, tendais = booked(salon), make_appointment(salon.braids, salon.tendai, start=NOW + DAY)
    sent = {
        f"to-{mine.pk}": theirs.pk,
        f"to-{foreign.pk}": salon.tendai.pk,
        f"to-{tendais.pk}": salon.marys.pk,
    }
    as_user(salon.alice).post(page_of(salon.bobs, "reassign/"), sent)
    as_user(salon.alice).post(page_of(salon.bobs, "reassign/"), {"all": "1", "to": theirs.pk})
    assert staff_of(mine, foreign, tendais) == [salon.bobs, theirs, salon.tendai]


def test_archived_person_is_out_at_once_and_keeps_the_rest(salon: Salon, as_user: LogIn) -> None:
    mine, bob, alice = booked(salon), as_user(salon.bob), as_user(salon.alice)
    Invitation.objects.create(
        staff=salon.bobs, email="b@example.com", created_at=NOW, expires_at=NOW + DAY
    )
    assert bob.get(f"/provider/appointments/{mine.pk}/").status_code == 200
    for _ in range(2):
        response = alice.post(page_of(salon.bobs))
        assert (response.status_code, response["Location"]) == (303, "/provider/team/")
    for path in ("appointments/", f"appointments/{mine.pk}/", "business/"):
        assert bob.get(f"/provider/{path}").status_code == 404
    assert staff_of(mine) == [salon.bobs]
    assert Invitation.objects.open(NOW).count() == 0
    html = alice.get(page_of(salon.bobs, "")).content.decode()
    assert "Still booked" in html
    assert "1 coming appointment." in html


def test_what_an_archived_person_kept_can_still_be_given_away(salon: Salon, as_user: LogIn) -> None:
    mine, client = booked(salon), as_user(salon.alice)
    client.post(page_of(salon.bobs))
    client.post(page_of(salon.bobs, "reassign/"), {"all": "1", "to": salon.tendai.pk})
    assert staff_of(mine) == [salon.tendai]


def test_brought_back_signs_in_again(salon: Salon, as_user: LogIn) -> None:
    client, bob = as_user(salon.alice), as_user(salon.bob)
    client.post(page_of(salon.bobs))
    for _ in range(2):
        response = client.post(page_of(salon.bobs, "restore/"))
        assert (response.status_code, response["Location"]) == (303, page_of(salon.bobs, ""))
    assert bob.get("/provider/appointments/").status_code == 200


@pytest.mark.parametrize("number", ["9" * 30, "٣", "-1", "1.5", ""])
def test_what_is_no_id_of_ours_gives_nothing_away(
    salon: Salon, as_user: LogIn, number: str
) -> None:
    mine = booked(salon)
    data = {f"to-{number}": str(salon.tendai.pk)}
    assert as_user(salon.alice).post(page_of(salon.bobs, "reassign/"), data).status_code == 303
    assert staff_of(mine) == [salon.bobs]
