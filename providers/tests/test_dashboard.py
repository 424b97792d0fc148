"""/provider/: requests first, then today, then the days after."""

import re
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from booking.models import Appointment, Status
from booking.tests.cast import make_provider
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db
URL = "/provider/"

LogIn = Callable[[User], Client]


def rows(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<li id="appointment-(\d+)"', html)]


def test_visitor_is_asked_to_log_in_and_comes_back(client: Client) -> None:
    response = client.get("/provider/?business=salon")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/provider/%3Fbusiness%3Dsalon"


def test_requests_come_first_then_today_then_later(salon: Salon, as_user: LogIn) -> None:
    later = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    soon = make_appointment(salon.braids, salon.bobs, start=NOW + 2 * HOUR)
    done = make_appointment(salon.braids, salon.bobs, start=NOW - 3 * HOUR, status=Status.COMPLETED)
    request = make_appointment(
        salon.braids, salon.tendai, start=NOW + 3 * DAY, status=Status.PENDING
    )
    html = as_user(salon.alice).get(URL).content.decode()
    assert rows(html) == [request.pk, done.pk, soon.pk, later.pk]


def test_today_is_the_day_of_the_provider_not_of_utc(salon: Salon, as_user: LogIn) -> None:
    late = make_appointment(salon.braids, salon.bobs, start=NOW.replace(hour=21, minute=30))
    tomorrow = make_appointment(salon.braids, salon.bobs, start=NOW.replace(hour=22, minute=30))
    context = as_user(salon.alice).get(URL).context
    assert [row.appointment for row in context["agenda"]] == [late]
    assert [row.appointment for row in context["coming"]] == [tomorrow]


def test_just_after_midnight_there_it_is_already_the_new_day(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW - 2 * HOUR, status=Status.COMPLETED)
    today = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    with time_machine.travel(NOW.replace(hour=22, minute=30), tick=False):
        response = as_user(salon.alice).get(URL)
    assert [row.appointment for row in response.context["agenda"]] == [today]
    assert "Wednesday 25 November" in response.content.decode()


def test_running_and_next_are_marked_in_words(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW - HOUR / 2)
    make_appointment(salon.braids, salon.tendai, start=NOW + HOUR)
    make_appointment(salon.braids, salon.tendai, start=NOW + 2 * HOUR)
    response = as_user(salon.alice).get(URL)
    assert [row.phase for row in response.context["agenda"]] == ["now", "next", ""]
    assert re.findall(r'class="(?:count|text-muted)">(now|next)<', response.content.decode()) == [
        "now",
        "next",
    ]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.DECLINED, Status.EXPIRED])
def test_what_will_not_take_place_is_not_on_the_agenda(
    salon: Salon, as_user: LogIn, status: Status
) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + HOUR, status=status)
    assert rows(as_user(salon.alice).get(URL).content.decode()) == []


def test_times_are_the_providers(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)
    html = as_user(salon.alice).get(URL).content.decode()
    assert (
        '<time datetime="2026-11-24T11:00:00+00:00">13:00<small class="text-nowrap">to 14:00<'
        in html
    )


def test_buttons_are_what_the_lifecycle_allows(salon: Salon, as_user: LogIn) -> None:
    pending = make_appointment(salon.braids, salon.bobs, start=NOW + HOUR, status=Status.PENDING)
    running = make_appointment(salon.braids, salon.tendai, start=NOW - HOUR / 2)
    context = as_user(salon.alice).get(URL).context
    shown = {
        row.appointment.pk: [button.slug for button in row.all_buttons]
        for row in [*context["requests"], *context["agenda"]]
    }
    assert shown == {
        pending.pk: ["accept", "decline", "reschedule", "cancel"],
        running.pk: ["complete", "no-show", "reschedule", "cancel"],
    }


def test_empty_day_says_what_to_do_next(salon: Salon, as_user: LogIn) -> None:
    html = as_user(salon.alice).get(URL).content.decode()
    assert "Nothing booked today" in html
    assert 'href="/p/salon/"' in html


@pytest.mark.parametrize(
    ("waiting", "shown", "count", "link"),
    [(5, 5, "5", False), (6, 5, "6", True), (20, 5, "20", True), (21, 5, "20+", True)],
)
def test_five_requests_are_shown_and_all_are_a_press_away(
    salon: Salon, as_user: LogIn, waiting: int, shown: int, count: str, link: bool
) -> None:
    for number in range(waiting):
        make_appointment(salon.braids, None, start=NOW + DAY + number * HOUR, status=Status.PENDING)
    response = as_user(salon.alice).get(URL)
    html = response.content.decode()
    assert len(response.context["requests"]) == shown
    assert f'<span class="count">{count}</span>' in html
    all_requests = f'<a href="/provider/appointments/?status=pending">All {count} requests</a>'
    assert (all_requests in html) is link


def test_htmx_gets_the_board_alone(salon: Salon, as_user: LogIn) -> None:
    appointment = make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)
    headers = {"HX-Request": "true", "HX-Target": "board"}
    html = as_user(salon.alice).get(URL, headers=headers).content.decode()
    assert rows(html) == [appointment.pk]
    assert "<html" not in html
    assert "csrfmiddlewaretoken" not in html


def test_person_without_a_business_reads_what_this_is(salon: Salon, as_user: LogIn) -> None:
    response = as_user(salon.dana).get(URL)
    assert response.status_code == 200
    assert "You have no business here yet" in response.content.decode()


@pytest.mark.parametrize("slug", ["salon", "nowhere", "", "\x00", "salon'--"])
def test_strangers_business_is_404(salon: Salon, as_user: LogIn, slug: str) -> None:
    for stranger in (salon.charlie, salon.dana):
        assert as_user(stranger).get(URL, {"business": slug}).status_code == 404


def test_several_businesses_are_switched_by_slug_which_links_keep(
    salon: Salon, as_user: LogIn
) -> None:
    make_provider(salon.alice, slug="second", name="Second Salon")
    client = as_user(salon.alice)
    first = client.get(URL).content.decode()
    assert "Today at Alice Salon" in first
    html = client.get(URL, {"business": "second"}).content.decode()
    assert "Today at Second Salon" in html
    assert 'href="/provider/appointments/?business=second"' in html
    assert 'href="/provider/?business=salon"' in html


def test_one_business_needs_no_slug_in_links(salon: Salon, as_user: LogIn) -> None:
    assert "business=" not in as_user(salon.alice).get(URL).content.decode()


def test_looking_at_it_writes_nothing(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW - HOUR, status=Status.PENDING)
    before = list(Appointment.objects.values())
    as_user(salon.alice).get(URL)
    assert list(Appointment.objects.values()) == before
