"""/provider/services/: the list, a new service, changing one, archiving, the order."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Session
from booking.tests.cast import make_category, make_resource, make_service, make_staff, set_hours
from customers.models import User
from project.tests.admin_pages import change_url, posted
from providers.models import Service, Staff, WeeklyHours
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

PAGE, NEW = "/provider/services/", "/provider/services/new/"
HTMX = {"HX-Request": "true", "HX-Target": "services"}


def typed(salon: Salon, **changes: Any) -> dict[str, Any]:
    """What a browser would send for an hour of locks, with changes; ``None`` leaves one out."""
    values = {
        "name": "Locks",
        "description": "",
        "category": salon.provider.category_id,
        "duration_hours": "1",
        "duration_minutes": "",
        "duration_step_hours": "",
        "duration_step_minutes": "30",
        "pricing": "fixed",
        "price": "25.50",
        "seats": "1",
        "needs_staff": "True",
        "staff": [salon.bobs.pk],
        "buffer_before": "",
        "buffer_after": "",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def text_of(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def names(response: Any) -> list[str]:
    """The services on offer, in the order of the page."""
    html = response.content.decode().partition("Archived (")[0]
    rows = re.findall(r'id="service-\d+".*?<h2[^>]*><a[^>]*>([^<]*)</a>', html, re.DOTALL)
    return [unescape(row) for row in rows]


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_the_business_page_leads_here(salon: Salon, as_user: LogIn) -> None:
    assert f'href="{PAGE}"' in as_user(salon.mary).get("/provider/business/").content.decode()
    assert f'href="{PAGE}"' not in as_user(salon.bob).get("/provider/business/").content.decode()


# --- the list -------------------------------------------------------------------------------------


def test_list_tells_price_length_and_who(salon: Salon, as_user: LogIn) -> None:
    make_service(salon.provider, [salon.bobs], name="Yoga", seats=8, price=Decimal(5))
    room = make_resource(salon.provider)
    rent = {"pricing": "hourly", "min_duration": 60, "max_duration": 180}
    make_service(salon.provider, [], [room], name="Hall", **rent)
    text = text_of(as_user(salon.alice).get(PAGE))
    assert "Braids 1 h · with Bob, Mary, Tendai USD 20.00" in text
    assert "Yoga 1 h · class of 8 · with Bob USD 5.00 each" in text
    assert "Hall 1 h to 3 h · nobody needed USD 20.00 an hour" in text


def test_without_services_it_says_what_to_do(salon: Salon, as_user: LogIn) -> None:
    text = text_of(as_user(salon.charlie).get(PAGE))
    assert "Nothing can be booked yet" in text
    assert "Add a service" in text
    assert "Braids" not in text


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(salon: Salon, as_user: LogIn, number: int) -> None:
    salon.braids.delete()
    for _ in range(number):
        on_offer = make_service(salon.provider, [salon.bobs], [make_resource(salon.provider)])
        make_service(salon.provider, [salon.bobs], active=False)
        make_appointment(on_offer, None, start=NOW + DAY)
    client = as_user(salon.alice)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    assert len(queries) == 9


# --- new ------------------------------------------------------------------------------------------


def test_a_new_service_is_made(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    form = client.get(NEW).content.decode()
    assert f'<option value="{salon.provider.category_id}" selected>' in form
    response = client.post(NEW, typed(salon, description="One\r\nTwo"), follow=True)
    made = Service.objects.get(name="Locks")
    assert response.redirect_chain == [(f"{PAGE}{made.pk}/", 303)]
    assert (made.provider, made.slug, made.duration) == (salon.provider, "locks", 60)
    assert (made.price, made.pricing, made.seats) == (Decimal("25.50"), "fixed", 1)
    assert (made.buffer_before, made.min_duration, made.duration_step) == (None, None, 30)
    assert (made.description, made.active) == ("One\nTwo", True)
    assert list(made.staff.all()) == [salon.bobs]
    assert names(client.get(PAGE)) == ["Braids", "Locks"]
    assert client.get("/p/salon/book/locks/").status_code == 200


def test_searching_finds_it(salon: Salon, as_user: LogIn) -> None:
    as_user(salon.alice).post(NEW, typed(salon, name="Dreadlocks"))
    assert "Alice Salon" in text_of(Client().get("/providers/?q=dreadlocks"))


def test_namesakes_get_addresses_of_their_own(salon: Salon, as_user: LogIn) -> None:
    make_service(salon.elsewhere, slug="locks-2")  # another business's do not count
    client = as_user(salon.alice)
    for name in ("Locks", "Locks", "LOCKS!", "发型", "发型"):
        assert client.post(NEW, typed(salon, name=name)).status_code == 303
    slugs = Service.objects.filter(provider=salon.provider).order_by("pk")
    assert list(slugs.values_list("slug", flat=True)) == [
        *("braids", "locks", "locks-2", "locks-3", "service", "service-2"),
    ]


def test_customers_choose_how_long(salon: Salon, as_user: LogIn) -> None:
    lengths = {"flexible": "on", "min_duration_minutes": "30", "max_duration_hours": "2"}
    as_user(salon.alice).post(NEW, typed(salon, **lengths))
    assert Service.objects.get(name="Locks").durations == [30, 60, 90, 120]


def test_without_the_tick_the_range_is_left_out(salon: Salon, as_user: LogIn) -> None:
    as_user(salon.alice).post(NEW, typed(salon, min_duration_minutes="30", max_duration_hours="2"))
    assert Service.objects.get(name="Locks").durations == [60]


def test_renting_a_resource_by_itself(salon: Salon, as_user: LogIn) -> None:
    hall = make_resource(salon.provider, name="Green hall", capacity=30)
    client = as_user(salon.alice)
    url = f"{NEW}?resource={hall.pk}"
    assert url in client.get(f"/provider/resources/{hall.pk}/").content.decode()
    html = client.get(url).content.decode()
    assert 'value="Green hall"' in html
    sent = typed(salon, name="Green hall", pricing="hourly", needs_staff="False", staff=None)
    client.post(url, sent | {"resources": [hall.pk]})
    made = Service.objects.get(name="Green hall")
    assert (made.needs_staff, list(made.resources.all())) == (False, [hall])
    assert names(client.get(PAGE)) == ["Braids", "Green hall"]
    assert "Please look at this" not in text_of(client.get(f"{PAGE}{made.pk}/"))


@pytest.mark.parametrize("text", ["x", "0", "9" * 30, "²", ""])
def test_renting_what_is_not_there_is_not_found(salon: Salon, as_user: LogIn, text: str) -> None:
    assert as_user(salon.alice).get(NEW, {"resource": text}).status_code == 404


def test_renting_what_is_anothers_is_not_found(salon: Salon, as_user: LogIn) -> None:
    foreign = make_resource(salon.elsewhere)
    assert as_user(salon.alice).get(NEW, {"resource": foreign.pk}).status_code == 404


BAD = [
    ({"name": ""}, "This field is required."),
    ({"duration_hours": "", "duration_minutes": ""}, "This field is required."),
    ({"duration_hours": "0", "duration_minutes": "2"}, "At least 5 min."),
    ({"duration_hours": "24", "duration_minutes": "1"}, "At most 24 h."),
    ({"duration_hours": "one"}, "Enter a whole number."),
    ({"price": "-1"}, "greater than or equal to 0"),
    ({"price": "10.005"}, "no more than 2 decimal places"),
    ({"price": "NaN"}, "Enter a number."),
    ({"price": "1e30"}, "no more than"),
    ({"seats": "0"}, "greater than or equal to 1"),
    ({"seats": "1001"}, "less than or equal to 1000"),
    ({"buffer_after": "241"}, "less than or equal to 240"),
    ({"flexible": "on"}, "Customers choose, so say this too."),
    (
        {"flexible": "on", "min_duration_hours": "2", "max_duration_hours": "1"},
        "This is shorter than the shortest.",
    ),
    (
        {"flexible": "on", "min_duration_minutes": "45", "max_duration_hours": "2"},
        "The usual duration must be one that customers can choose.",
    ),
    (
        {"flexible": "on", "seats": "3", "min_duration_minutes": "30", "max_duration_hours": "2"},
        "A class takes as long for everybody",
    ),
    ({"needs_staff": "perhaps"}, "Select a valid choice."),
]


@pytest.mark.parametrize(("changes", "problem"), BAD)
def test_what_cannot_be_is_explained_and_nothing_typed_is_lost(
    salon: Salon, as_user: LogIn, changes: dict[str, str], problem: str
) -> None:
    sent = typed(salon, description="Typed with care") | changes
    client = as_user(salon.alice)
    for url in (NEW, f"{PAGE}{salon.braids.pk}/"):
        response = client.post(url, sent)
        assert response.status_code == 422
        assert problem in text_of(response)
        assert "Typed with care</textarea>" in response.content.decode()
    assert list(Service.objects.values_list("name", flat=True)) == ["Braids"]


def test_people_and_rooms_are_ones_own_and_there(salon: Salon, as_user: LogIn) -> None:
    gone = make_staff(salon.provider, active=False)
    client = as_user(salon.alice)
    for field, row in (
        ("staff", make_staff(salon.elsewhere)),
        ("staff", gone),
        ("resources", make_resource(salon.elsewhere)),
    ):
        response = client.post(NEW, typed(salon, **{field: [row.pk]}))
        assert response.status_code == 422
        assert f"{row.pk} is not one of the available choices" in text_of(response)


def test_prices_have_the_places_of_the_currency(salon: Salon, as_user: LogIn) -> None:
    salon.provider.currency = "UGX"
    salon.provider.save()
    client = as_user(salon.alice)
    assert "Price in UGX" in text_of(client.get(NEW))
    refused = client.post(NEW, typed(salon, price="10.50"))
    assert "no more than 0 decimal places" in text_of(refused)
    assert client.post(NEW, typed(salon, price="50001", pricing="hourly")).status_code == 303
    made = Service.objects.get(name="Locks")
    page = client.get(f"{PAGE}{made.pk}/")
    assert 'value="50001"' in page.content.decode()
    client.post(
        f"{PAGE}{made.pk}/", typed(salon, price="50001", pricing="hourly", duration_minutes="30")
    )
    assert "1 h 30 UGX 75,002" in text_of(client.get(f"{PAGE}{made.pk}/"))  # half up


# --- editing --------------------------------------------------------------------------------------


def test_the_form_shows_what_is(salon: Salon, as_user: LogIn) -> None:
    salon.provider.buffer_after = 10
    salon.provider.save()
    Service.objects.filter(pk=salon.braids.pk).update(duration=150, buffer_before=5)
    html = as_user(salon.alice).get(f"{PAGE}{salon.braids.pk}/").content.decode()
    boxes = dict(re.findall(r'<input type="number" name="(\w+)" value="([^"]*)"', html))
    assert boxes == {
        "duration_hours": "2",
        "duration_minutes": "30",
        "duration_step_hours": "0",
        "duration_step_minutes": "30",
        "price": "20.00",
        "seats": "1",
        "buffer_before": "5",
    }
    assert "Empty: as usual, none." in html
    assert "Empty: as usual, 10 min." in html
    assert html.count('name="staff"') == 3
    assert html.count("checked") == 5  # three people, the price is fixed, somebody is needed


def test_totals_are_told_without_a_script(salon: Salon, as_user: LogIn) -> None:
    rent = {"pricing": "hourly", "min_duration": 30, "max_duration": 180, "price": Decimal("9.99")}
    Service.objects.filter(pk=salon.braids.pk).update(**rent)
    text = text_of(as_user(salon.alice).get(f"{PAGE}{salon.braids.pk}/"))
    assert "So customers pay 30 min USD 5.00 1 h USD 9.99 3 h USD 29.97" in text


def test_renaming_keeps_the_address_the_place_and_the_picture(salon: Salon, as_user: LogIn) -> None:
    make_service(salon.provider, [salon.bobs], name="Cut", position=1)
    picture = f"service/{'0' * 32}"
    Service.objects.filter(pk=salon.braids.pk).update(picture=picture)
    client = as_user(salon.alice)
    url = f"{PAGE}{salon.braids.pk}/"
    response = client.post(url, typed(salon, name="Box braids"), follow=True)
    assert response.redirect_chain == [(url, 303)]
    salon.braids.refresh_from_db()
    assert (salon.braids.name, salon.braids.slug) == ("Box braids", "braids")
    assert (salon.braids.position, salon.braids.picture) == (0, picture)
    assert "Alice Salon" in text_of(Client().get("/providers/?q=box+braids"))


def test_saving_twice_changes_nothing_more(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    url = f"{PAGE}{salon.braids.pk}/"
    client.post(url, typed(salon))
    once = list(Service.objects.values())
    client.post(url, typed(salon))
    assert list(Service.objects.values()) == once


def test_editing_leaves_every_appointment_as_it_was_agreed(salon: Salon, as_user: LogIn) -> None:
    salon.provider.buffer_after = 15
    salon.provider.save()
    made = make_appointment(salon.braids, salon.bobs, start=NOW + DAY, price=Decimal("20.00"))
    before = list(Appointment.objects.values()), list(Session.objects.values())
    changes = {
        "duration_hours": "3",
        "price": "99",
        "pricing": "hourly",
        "buffer_before": "30",
        "buffer_after": "60",
        "staff": [salon.tendai.pk],
        "resources": [make_resource(salon.provider).pk],
        "seats": "4",
    }
    client = as_user(salon.alice)
    assert client.post(f"{PAGE}{salon.braids.pk}/", typed(salon, **changes)).status_code == 303
    salon.braids.refresh_from_db()
    assert (salon.braids.duration, salon.braids.seats) == (180, 4)
    assert (list(Appointment.objects.values()), list(Session.objects.values())) == before
    text = text_of(client.get(f"/provider/appointments/{made.pk}/"))
    assert "USD 20.00" in text
    assert "Bob" in text


def test_who_is_archived_performs_it_again_once_back(salon: Salon, as_user: LogIn) -> None:
    salon.tendai.active = False
    salon.tendai.save()
    as_user(salon.alice).post(f"{PAGE}{salon.braids.pk}/", typed(salon))
    assert set(salon.braids.staff.all()) == {salon.bobs, salon.tendai}


def test_where_nobody_is_needed_nobody_performs_it(salon: Salon, as_user: LogIn) -> None:
    as_user(salon.alice).post(f"{PAGE}{salon.braids.pk}/", typed(salon, needs_staff="False"))
    salon.braids.refresh_from_db()
    assert (salon.braids.needs_staff, salon.braids.staff.count()) == (False, 0)


@pytest.mark.parametrize(
    "path", ["", "archive/", "restore/", "move/"], ids=["edit", "archive", "restore", "move"]
)
def test_what_is_anothers_is_not_found(salon: Salon, as_user: LogIn, path: str) -> None:
    for user in (salon.charlie, salon.bob, salon.dana):
        url = f"{PAGE}{salon.braids.pk}/{path}"
        assert as_user(user).post(url, typed(salon) | {"to": "up"}).status_code == 404
    salon.braids.refresh_from_db()
    assert (salon.braids.name, salon.braids.active) == ("Braids", True)


def test_one_page_costs_so_many_queries(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    for number in (1, 3):
        for _ in range(number):
            make_service(salon.provider, [make_staff(salon.provider)])
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PAGE}{salon.braids.pk}/")
            assert len(queries) == 16


# --- archiving ------------------------------------------------------------------------------------


def test_archiving_keeps_the_appointments_and_says_how_many(salon: Salon, as_user: LogIn) -> None:
    for days in (1, 2, -1):
        make_appointment(salon.braids, salon.bobs, start=NOW + days * DAY)
    before = list(Appointment.objects.values())
    client = as_user(salon.mary)
    html = client.get(f"{PAGE}{salon.braids.pk}/").content.decode()
    link = f'href="/provider/appointments/?service={salon.braids.pk}">2 coming appointments</a>'
    assert link in html
    url = f"{PAGE}{salon.braids.pk}/archive/"
    response = client.post(url, follow=True)
    assert response.redirect_chain == [(PAGE, 303)]
    assert "Braids is archived" in text_of(response)
    assert "2 coming appointments of it stay." in text_of(response)
    assert link in response.content.decode()
    assert names(response) == []
    assert list(Appointment.objects.values()) == before
    assert client.post(url).status_code == 303  # a repeat is harmless
    assert "Braids" not in text_of(Client().get("/p/salon/"))
    assert Client().get("/p/salon/book/braids/").status_code == 404
    assert "Alice Salon" not in text_of(Client().get("/providers/?q=braids"))


def test_restoring_offers_it_again(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(f"{PAGE}{salon.braids.pk}/archive/")
    for _ in range(2):
        response = client.post(f"{PAGE}{salon.braids.pk}/restore/", follow=True)
        assert names(response) == ["Braids"]
    assert Client().get("/p/salon/book/braids/").status_code == 200
    assert "Alice Salon" in text_of(Client().get("/providers/?q=braids"))


# --- the order ------------------------------------------------------------------------------------


@pytest.fixture
def four(salon: Salon) -> Salon:
    """Braids, Cut, Dye and, archived between them, Old; all in place 0."""
    make_service(salon.provider, [salon.bobs], name="Old", active=False)
    for name in ("Cut", "Dye"):
        make_service(salon.provider, [salon.bobs], name=name)
    return salon


@pytest.mark.parametrize(
    ("name", "to", "expected"),
    [
        ("Cut", "up", ["Cut", "Braids", "Dye"]),
        ("Cut", "down", ["Braids", "Dye", "Cut"]),
        ("Braids", "up", ["Braids", "Cut", "Dye"]),
        ("Dye", "down", ["Braids", "Cut", "Dye"]),
        ("Old", "up", ["Braids", "Cut", "Dye"]),
    ],
)
def test_buttons_move_a_service_by_one_place(
    four: Salon, as_user: LogIn, name: str, to: str, expected: list[str]
) -> None:
    client = as_user(four.alice)
    moved = Service.objects.get(name=name)
    response = client.post(f"{PAGE}{moved.pk}/move/", {"to": to})
    assert (response.status_code, response["Location"]) == (303, f"{PAGE}#service-{moved.pk}")
    assert names(client.get(PAGE)) == expected
    public = text_of(Client().get("/p/salon/"))
    assert sorted(expected, key=lambda each: public.index(f"{each} 1 h")) == expected


def test_htmx_gets_the_list_alone(four: Salon, as_user: LogIn) -> None:
    cut = Service.objects.get(name="Cut")
    client = as_user(four.alice)
    response = client.post(f"{PAGE}{cut.pk}/move/", {"to": "up"}, headers=HTMX)
    assert response.status_code == 200
    assert "<html" not in response.content.decode()
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert names(response) == ["Cut", "Braids", "Dye"]


@pytest.mark.parametrize("to", ["", "sideways", None])
def test_other_directions_are_not_found(salon: Salon, as_user: LogIn, to: str | None) -> None:
    url = f"{PAGE}{salon.braids.pk}/move/"
    sent = {} if to is None else {"to": to}
    assert as_user(salon.alice).post(url, sent).status_code == 404


def test_the_public_page_groups_by_category_in_their_order(salon: Salon) -> None:
    nails, hair = make_category("nails"), make_category("hair")
    Service.objects.filter(pk=salon.braids.pk).update(category=hair, position=2)
    make_service(salon.provider, [salon.bobs], name="Gel", category=nails, position=1)
    make_service(salon.provider, [salon.bobs], name="Cut", category=hair, position=3)
    make_service(salon.provider, [salon.bobs], name="Filing", category=nails, position=4)
    html = Client().get("/p/salon/").content.decode()
    found = re.findall(r"<h2 class=\"mt-3\">([^<]*)</h2>|<h3>([^<]*)</h3>", html)
    assert [group or name for group, name in found] == [
        *("Nails", "Gel", "Filing"),
        *("Hair", "Braids", "Cut"),
    ]


# --- what stands in the way -----------------------------------------------------------------------


def test_snags_are_shown_on_both_pages(salon: Salon, as_user: LogIn) -> None:
    salon.braids.staff.clear()
    client = as_user(salon.alice)
    for url in (PAGE, f"{PAGE}{salon.braids.pk}/"):
        assert "Nobody performs it, so it cannot be booked." in text_of(client.get(url))
    WeeklyHours.objects.all().delete()
    set_hours(salon.provider, [0], start=480, end=510)
    salon.braids.staff.set([salon.bobs])
    assert "It is longer than any working day" in text_of(client.get(PAGE))


# --- the admin ------------------------------------------------------------------------------------


def test_fewer_seats_in_the_admin_count_for_coming_sessions(salon: Salon, client: Client) -> None:
    client.force_login(User.objects.create_superuser("boss@example.com", "a-password-for-tests"))
    room = make_resource(salon.provider, capacity=10)
    yoga = make_service(salon.provider, [salon.bobs], seats=10)
    session = make_appointment(yoga, salon.bobs, start=NOW + DAY).session
    Session.objects.filter(pk=session.pk).update(seats=10)
    session.resources.add(room)
    fewer = {"seats": "8", "staff": [salon.bobs.pk], "resources": []}
    for row, changes, seats in ((yoga, fewer, 8), (room, {"capacity": "5"}, 5)):
        if row == room:
            yoga.resources.set([room])
        url = change_url(row)
        assert client.post(url, posted(client.get(url)) | changes).status_code == 302
        session.refresh_from_db()
        assert session.seats == seats


def test_whoever_is_alone_performs_a_new_service(salon: Salon, as_user: LogIn) -> None:
    Staff.objects.exclude(pk=salon.bobs.pk).update(active=False)
    html = as_user(salon.alice).get("/provider/services/new/").content.decode()
    assert re.search(rf'name="staff"[^>]*value="{salon.bobs.pk}"[^>]*checked', html)
