"""The grid: what it shows, how little it costs, and that odd addresses do not break it."""

import gzip
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Hold, Session, Status
from booking.tests import cast
from booking.tests.pages.conftest import HTMX, NOW, TUESDAY, Salon
from providers.models import Service


def fragment(client: Client, salon: Salon, query: str = "", **headers: str) -> Any:
    return client.get(f"{salon.url('booking')}{query}", headers=HTMX | headers)


def test_page_shows_a_week_of_free_times(client: Client, salon: Salon) -> None:
    response = client.get(salon.url("booking"))
    text = response.content.decode()
    assert response.status_code == 200
    assert f"<button name=start value={salon.slot('08:00')}>08:00</button>" in text
    assert text.count('role="group"') == 7
    assert "USD 20.00" in text


def test_sunday_says_closed_and_full_days_say_full(client: Client, salon: Salon) -> None:
    for hour in range(8, 17):
        salon.book(f"{hour:02d}:00")
    grid = client.get(salon.url("booking")).context["grid"]
    notes = {column.label: column.note for column in grid.columns}
    assert notes["Tue 24 Nov"] == "Full"
    assert notes["Sun 29 Nov"] == "Closed"
    assert notes["Wed 25 Nov"] == ""


def test_taken_slots_are_greyed_and_cannot_be_pressed(client: Client, salon: Salon) -> None:
    salon.book("10:00")
    text = fragment(client, salon, "?date=2026-11-24&view=day").content.decode()
    assert "<s>10:00</s>" in text
    assert f"value={salon.slot('10:00')}" not in text
    assert f"value={salon.slot('11:00')}" in text


def test_held_slot_greys_out_for_others_but_not_for_its_holder(
    client: Client, salon: Salon, hold: Any
) -> None:
    hold("10:00")
    mine = fragment(client, salon, "?date=2026-11-24&view=day").content.decode()
    theirs = fragment(Client(), salon, "?date=2026-11-24&view=day").content.decode()
    assert f"value={salon.slot('10:00')}" in mine
    assert "<s>10:00</s>" in theirs


def test_htmx_gets_the_grid_alone_and_the_page_holds_the_same(client: Client, salon: Salon) -> None:
    alone = fragment(client, salon).content.decode()
    page = client.get(salon.url("booking")).content.decode()
    assert alone.startswith('<div id="grid"')
    assert "<html" not in alone
    assert alone in page


def test_fragment_holds_no_token(client: Client, salon: Salon) -> None:
    response = fragment(client, salon)
    assert "csrf" not in response.content.decode()
    assert "csrftoken" not in response.cookies


def test_unchanged_grid_answers_304_and_a_changed_one_does_not(
    client: Client, salon: Salon
) -> None:
    first = fragment(client, salon)
    etag = first["ETag"]
    again = fragment(client, salon, **{"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "private, no-cache"
    salon.book("10:00")
    assert fragment(client, salon, **{"If-None-Match": etag}).status_code == 200


def test_changed_price_or_view_is_not_304(client: Client, salon: Salon) -> None:
    etag = fragment(client, salon)["ETag"]
    assert fragment(client, salon, "?view=day", **{"If-None-Match": etag}).status_code == 200


def test_varies_on_htmx(client: Client, salon: Salon) -> None:
    vary = {name.strip() for name in fragment(client, salon)["Vary"].split(",")}
    assert {"HX-Request", "HX-Target"} <= vary


def test_day_view_shows_one_day_by_its_parts(client: Client, salon: Salon) -> None:
    text = fragment(client, salon, "?view=day&date=2026-11-24").content.decode()
    assert text.count('role="group"') == 1
    assert text.index("<h4>Morning</h4>") < text.index("<h4>Afternoon</h4>")
    assert 'aria-current="date"' in text


def test_earlier_and_later_end_at_today_and_the_horizon(client: Client, salon: Salon) -> None:
    first = client.get(salon.url("booking")).context["grid"]
    last = client.get(f"{salon.url('booking')}?date=9999-12-31").context["grid"]
    assert (first.earlier, first.later) == ("", f"{salon.url('booking')}?date=2026-11-30")
    assert last.later == ""
    assert last.earlier != ""
    assert last.columns[-1].label == "Sun 21 Feb"


def test_past_date_shows_today(client: Client, salon: Salon) -> None:
    grid = client.get(f"{salon.url('booking')}?date=2001-01-01").context["grid"]
    assert grid.columns[0].label == "Mon 23 Nov"


def test_nothing_before_the_minimum_notice(client: Client, salon: Salon) -> None:
    text = fragment(client, salon, "?view=day").content.decode()
    assert f"value={salon.slot('08:00', NOW.date())}" not in text
    assert f"value={salon.slot('08:30', NOW.date())}" in text


@pytest.mark.parametrize(
    "query",
    [
        "?date=foo",
        "?date=2026-13-01",
        "?date=0000-00-00",
        "?staff=999999",
        "?staff=abc",
        "?staff=99999999999999999999999",
        "?staff=-1",
        "?staff=²",
        "?duration=45",
        "?duration=1000000000000",
        "?party=2",
        "?party=0",
        "?view=year",
        "?staff=%00",
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_odd_addresses_get_a_friendly_400(
    client: Client, salon: Salon, query: str, headers: dict[str, str]
) -> None:
    response = client.get(f"{salon.url('booking')}{query}", headers=headers)
    text = response.content.decode()
    assert response.status_code == 400
    assert "That choice does not exist" in text
    assert salon.slot("10:00") in text


def test_staff_of_another_provider_is_refused(client: Client, salon: Salon) -> None:
    stranger = cast.make_staff(cast.make_provider())
    response = client.get(f"{salon.url('booking')}?staff={stranger.pk}")
    assert response.status_code == 400
    assert "people on offer" in response.content.decode()


@pytest.mark.parametrize("field", ["approved", "published"])
def test_unlisted_provider_is_404(client: Client, salon: Salon, field: str) -> None:
    setattr(salon.provider, field, False)
    salon.provider.save()
    assert client.get(salon.url("booking")).status_code == 404
    assert client.post(salon.url("hold_create")).status_code == 404


def test_unknown_or_inactive_service_is_404(client: Client, salon: Salon) -> None:
    assert client.get("/p/salon/book/nothing/").status_code == 404
    Service.objects.update(active=False)
    assert client.get(salon.url("booking")).status_code == 404


def test_choosing_a_person_shows_their_times_alone(client: Client, salon: Salon) -> None:
    rudo = cast.make_staff(salon.provider, name="Rudo")
    salon.service.staff.add(rudo)
    salon.book("10:00", staff_id=salon.bob.pk)
    day = "date=2026-11-24&view=day"
    anyone = fragment(client, salon, f"?{day}").content.decode()
    bob = fragment(client, salon, f"?{day}&staff={salon.bob.pk}").content.decode()
    assert f"value={salon.slot('10:00')}" in anyone
    assert f"value={salon.slot('10:00')}" not in bob


def test_people_are_links_that_keep_the_other_choices(client: Client, salon: Salon) -> None:
    rudo = cast.make_staff(salon.provider, name="Rudo")
    salon.service.staff.add(rudo)
    people = client.get(f"{salon.url('booking')}?date=2026-11-25").context["people"]
    assert [person.label for person in people] == ["Anyone", "Bob", "Rudo"]
    assert people[2].url == f"{salon.url('booking')}?staff={rudo.pk}&date=2026-11-25"


def test_chosen_duration_changes_the_price(client: Client, salon: Salon) -> None:
    Service.objects.update(
        min_duration=30, max_duration=120, duration_step=30, pricing=Service.Pricing.HOURLY
    )
    response = client.get(f"{salon.url('booking')}?duration=90")
    assert response.context["price"] == "USD 30.00"
    labels = [option.label for option in response.context["durations"]]
    assert labels == [
        "30 min, USD 10.00",
        "1 h, USD 20.00",
        "1 h 30, USD 30.00",
        "2 h, USD 40.00",
    ]


def test_class_says_how_many_seats_are_left(client: Client, salon: Salon) -> None:
    Service.objects.update(seats=8)
    salon.book("10:00", party_size=5)
    text = fragment(client, salon, "?view=day&date=2026-11-24").content.decode()
    assert "10:00<small>3 left</small>" in text
    assert "08:00<small>8 left</small>" in text
    too_many = fragment(client, salon, "?view=day&date=2026-11-24&party=4").content.decode()
    assert "<s>10:00</s>" in too_many


def fill_week(salon: Salon) -> None:
    """Time off until January."""
    salon.provider.time_off.create(start=NOW, end=NOW + timedelta(days=40))


def test_empty_week_leads_to_the_first_free_time(client: Client, salon: Salon) -> None:
    fill_week(salon)
    text = client.get(salon.url("booking")).content.decode()
    assert f'href="{salon.url("first_free_time")}"' in text
    response = client.get(salon.url("first_free_time"))
    assert (response.status_code, response["Location"]) == (
        302,
        f"{salon.url('booking')}?date=2027-01-02",
    )
    headers = {"HX-Request": "true", "HX-Target": "first-free"}
    link = client.get(salon.url("first_free_time"), headers=headers).content.decode()
    assert "First free time: Sat 2 Jan 2027, 08:00" in link


def test_first_free_time_says_when_there_is_none(client: Client, salon: Salon) -> None:
    salon.provider.time_off.create(start=NOW, end=NOW + timedelta(days=400))
    response = client.get(salon.url("first_free_time"), follow=True)
    assert "There is no free time in the next 90 days." in response.content.decode()


def test_anonymous_page_makes_no_session_and_no_visitor(client: Client, salon: Salon) -> None:
    response = client.get(salon.url("booking"))
    assert set(response.cookies) == {"csrftoken"}


def fill(salon: Salon, number: int) -> None:
    """Put ``number`` appointments an hour long beside one another from Monday on."""
    start = NOW + timedelta(minutes=30)
    Session.objects.bulk_create(
        Session(
            provider=salon.provider,
            service=salon.service,
            staff=salon.bob,
            start=start + timedelta(hours=hour),
            end=start + timedelta(hours=hour + 1),
            occupied_from=start + timedelta(hours=hour),
            occupied_until=start + timedelta(hours=hour + 1),
            seats_taken=1,
        )
        for hour in range(number)
    )
    Appointment.objects.bulk_create(
        Appointment(
            provider=salon.provider,
            service=salon.service,
            staff=salon.bob,
            session=session,
            guest_name="Guest",
            start=session.start,
            end=session.end,
            status=Status.CONFIRMED,
            price=Decimal(20),
            currency="USD",
        )
        for session in Session.objects.all()
    )


@pytest.mark.parametrize("appointments", [3, 300])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_grid_costs_five_queries(
    client: Client,
    salon: Salon,
    django_assert_num_queries: Any,
    appointments: int,
    headers: dict[str, str],
) -> None:
    fill(salon, appointments)
    with django_assert_num_queries(5):
        client.get(salon.url("booking"), headers=headers)


def test_grid_with_a_room_costs_eight_queries(
    client: Client, salon: Salon, django_assert_num_queries: Any
) -> None:
    salon.service.resources.add(cast.make_resource(salon.provider))
    fill(salon, 3)
    with django_assert_num_queries(8):
        client.get(salon.url("booking"))


@pytest.mark.parametrize("appointments", [3, 300])
def test_first_free_time_costs_five_queries(
    client: Client, salon: Salon, django_assert_num_queries: Any, appointments: int
) -> None:
    fill(salon, appointments)
    with django_assert_num_queries(5):
        client.get(salon.url("first_free_time"))


def test_page_writes_nothing(client: Client, salon: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    # Statements prepared at the server would hide what they are.
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    with CaptureQueriesContext(connection) as queries:
        client.get(salon.url("booking"))
    assert not [one for one in queries if not one["sql"].lstrip("( ").upper().startswith("SELECT")]
    assert not Hold.objects.exists()


def test_grid_is_small_on_the_wire(client: Client, salon: Salon) -> None:
    salon.provider.slot_step = 15
    salon.provider.save()
    response = fragment(client, salon, "?date=2026-11-24", **{"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) <= 3_000
    assert gzip.decompress(response.content).count(b"<button") > 190
    assert TUESDAY.isoformat().encode() in gzip.decompress(response.content)
