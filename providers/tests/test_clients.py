"""/provider/clients/: everybody who has booked, and what is done with one of them."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Client, Status
from booking.tests.cast import make_user
from customers.models import User
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db
URL = "/provider/clients/"

LogIn = Callable[[User], Browser]


def make_client(salon: Salon, name: str, **fields: object) -> Client:
    return Client.objects.create(provider=salon.provider, name=name, **fields)


@pytest.fixture
def ann(salon: Salon) -> Client:
    """Two visits, once not there, one to come."""
    client = make_client(
        salon, "Ann Moyo", email="ann@example.com", phone="+263772123456", notes="Likes tea"
    )
    statuses = [Status.COMPLETED, Status.NO_SHOW, Status.COMPLETED, Status.CANCELLED]
    for number, status in enumerate(statuses):
        start = NOW - (4 - number) * DAY
        make_appointment(salon.braids, salon.bobs, start=start, status=status, client=client)
    make_appointment(salon.braids, salon.bobs, start=NOW + DAY, client=client)
    return client


@pytest.fixture
def ben(salon: Salon) -> Client:
    client = make_client(salon, "Ben Dube", phone="+263773456123")
    make_appointment(
        salon.braids, salon.tendai, start=NOW - DAY, status=Status.COMPLETED, client=client
    )
    return client


def listed(browser: Browser, query: str = "") -> list[str]:
    html = browser.get(URL + query).content.decode()
    return re.findall(r'class="client-name"[^>]*>([^<]*)<', html)


def page(client: Client) -> str:
    return f"{URL}{client.pk}/"


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- the list -------------------------------------------------------------------------------------


def test_everybody_is_listed_with_their_figures(
    salon: Salon, as_user: LogIn, ann: Client, ben: Client
) -> None:
    html = words(as_user(salon.alice).get(URL).content.decode())
    assert (
        "Ann Moyo +263772123456 · ann@example.com 2 1 USD 40.00 Sun 22 Nov, 12:00 Wed 25 Nov, 12:00"
        in html
    )
    assert "Ben Dube +263773456123 1 0 USD 20.00 Mon 23 Nov, 12:00 –" in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Ann Moyo", "Ben Dube"]),
        ("?sort=last", ["Ben Dube", "Ann Moyo"]),
        ("?sort=visits", ["Ann Moyo", "Ben Dube"]),
        ("?q=moyo", ["Ann Moyo"]),
        ("?q=6123", ["Ben Dube"]),
        ("?q=ANN@&sort=last", ["Ann Moyo"]),
        ("?q=%00", ["Ann Moyo", "Ben Dube"]),
    ],
)
def test_searched_and_sorted(
    salon: Salon, as_user: LogIn, ann: Client, ben: Client, query: str, expected: list[str]
) -> None:
    assert listed(as_user(salon.alice), query) == expected


def test_unknown_order_is_404(salon: Salon, as_user: LogIn) -> None:
    assert as_user(salon.alice).get(f"{URL}?sort=money").status_code == 404


def test_empty_lists_say_what_to_do(salon: Salon, as_user: LogIn) -> None:
    browser = as_user(salon.alice)
    assert "No clients yet" in browser.get(URL).content.decode()
    assert "Nobody fits this" in browser.get(f"{URL}?q=x").content.decode()


def test_pages_hold_twenty(salon: Salon, as_user: LogIn) -> None:
    for number in range(23):
        make_client(salon, f"Guest {number:02}")
    browser = as_user(salon.alice)
    assert listed(browser) == [f"Guest {number:02}" for number in range(20)]
    assert listed(browser, "?page=2") == [f"Guest {number:02}" for number in range(20, 23)]


def test_the_merged_and_those_of_others_are_not_listed(
    salon: Salon, as_user: LogIn, ann: Client
) -> None:
    make_client(salon, "Annie", merged_into=ann)
    Client.objects.create(provider=salon.elsewhere, name="Stranger")
    assert listed(as_user(salon.alice)) == ["Ann Moyo"]


def test_htmx_gets_the_list_alone(salon: Salon, as_user: LogIn, ann: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "clients"}
    html = as_user(salon.alice).get(URL, headers=headers).content.decode()
    assert "Ann Moyo" in html
    assert "<html" not in html


def test_who_gets_in(salon: Salon, as_user: LogIn, ann: Client) -> None:
    people = (salon.alice, salon.mary, salon.bob, salon.charlie, salon.dana)
    for url, expected in (
        (URL, [200, 200, 404, 200, 404]),
        (page(ann), [200, 200, 404, 404, 404]),
    ):
        assert [as_user(one).get(url).status_code for one in people] == expected
    assert listed(as_user(salon.charlie)) == []
    assert "Clients" not in as_user(salon.bob).get("/provider/").content.decode()


# --- one of them ----------------------------------------------------------------------------------


def test_the_page_tells_everything(salon: Salon, as_user: LogIn, ann: Client) -> None:
    html = as_user(salon.alice).get(page(ann)).content.decode()
    assert "Likes tea" in html
    assert "tel:+263772123456" in html
    assert len(re.findall(r'href="/provider/appointments/\d+/"', html)) == 5
    assert "Spent USD 40.00" in words(html)
    assert "All their bookings" not in html


def test_a_long_history_goes_on_in_the_bookings(salon: Salon, as_user: LogIn, ann: Client) -> None:
    for number in range(8):
        make_appointment(salon.braids, None, start=NOW - (9 + number) * DAY, client=ann)
    html = as_user(salon.alice).get(page(ann)).content.decode()
    assert len(re.findall(r'href="/provider/appointments/\d+/"', html)) == 5
    assert f'href="/provider/appointments/?client={ann.pk}"' in html


def test_the_appointment_leads_to_its_client(salon: Salon, as_user: LogIn, ann: Client) -> None:
    appointment = Appointment.objects.upcoming(NOW).get(client=ann)
    url = f"/provider/appointments/{appointment.pk}/"
    assert f'href="{page(ann)}"' in as_user(salon.alice).get(url).content.decode()
    assert page(ann) not in as_user(salon.bob).get(url).content.decode()


def test_notes_are_saved(salon: Salon, as_user: LogIn, ann: Client) -> None:
    browser = as_user(salon.mary)
    response = browser.post(f"{page(ann)}notes/", {"notes": "Allergic to nuts"})
    assert (response.status_code, response["Location"]) == (303, page(ann))
    ann.refresh_from_db()
    assert ann.notes == "Allergic to nuts"


def test_notes_too_long_come_back(salon: Salon, as_user: LogIn, ann: Client) -> None:
    response = as_user(salon.alice).post(f"{page(ann)}notes/", {"notes": "x" * 4001})
    assert response.status_code == 422
    assert "x" * 4001 in response.content.decode()
    ann.refresh_from_db()
    assert ann.notes == "Likes tea"


def test_blocked_and_let_in_again(salon: Salon, as_user: LogIn, ann: Client) -> None:
    browser = as_user(salon.alice)
    for step, blocked in (("block", True), ("block", True), ("unblock", False)):
        assert browser.post(f"{page(ann)}{step}/").status_code == 303
        ann.refresh_from_db()
        assert ann.blocked is blocked
        html = browser.get(page(ann)).content.decode()
        assert ("Let them book online again" in html) is blocked


def test_staff_and_strangers_change_nothing(salon: Salon, as_user: LogIn, ann: Client) -> None:
    for user in (salon.bob, salon.charlie, salon.dana):
        browser = as_user(user)
        assert browser.post(f"{page(ann)}block/").status_code == 404
        assert browser.post(f"{page(ann)}notes/", {"notes": "x"}).status_code == 404
    ann.refresh_from_db()
    assert (ann.blocked, ann.notes) == (False, "Likes tea")


# --- two that are one -----------------------------------------------------------------------------


def test_doubles_are_pointed_out(salon: Salon, as_user: LogIn, ann: Client, ben: Client) -> None:
    double = make_client(salon, "ann moyo")
    html = as_user(salon.alice).get(page(ann)).content.decode()
    assert f"{page(ann)}merge/{double.pk}/" in html
    assert f"{page(ann)}merge/{ben.pk}/" not in html


def test_others_are_found_by_search(salon: Salon, as_user: LogIn, ann: Client, ben: Client) -> None:
    browser = as_user(salon.alice)
    assert "Nobody fits this" in browser.get(f"{page(ann)}merge/").content.decode()
    html = browser.get(f"{page(ann)}merge/?q=ben").content.decode()
    assert f"{page(ann)}merge/{ben.pk}/" in html


def test_both_are_shown_before_and_merged_after(
    salon: Salon, as_user: LogIn, ann: Client, ben: Client
) -> None:
    browser = as_user(salon.alice)
    url = f"{page(ann)}merge/{ben.pk}/"
    html = browser.get(url).content.decode()
    assert "This cannot be undone" in html
    assert "+263772123456" in html
    assert "+263773456123" in html
    assert html.index("Ann Moyo") < html.index("Stays") < html.index("Goes into the other")
    assert Client.objects.known().count() == 2
    for _ in range(2):
        response = browser.post(url)
        assert (response.status_code, response["Location"]) == (303, page(ann))
    assert Appointment.objects.filter(client=ann).count() == 6
    assert browser.get(page(ben))["Location"] == page(ann)
    assert listed(browser) == ["Ann Moyo"]


def test_two_accounts_cannot_be_merged(
    salon: Salon, as_user: LogIn, ann: Client, ben: Client
) -> None:
    for client in (ann, ben):
        Client.objects.filter(pk=client.pk).update(user=make_user())
    browser = as_user(salon.alice)
    url = f"{page(ann)}merge/{ben.pk}/"
    html = browser.get(url).content.decode()
    assert "account of their own" in html
    assert "Yes, merge" not in html
    assert browser.post(url).status_code == 409
    assert Client.objects.known().count() == 2


def test_nobody_merges_with_strangers(salon: Salon, as_user: LogIn, ann: Client) -> None:
    stranger = Client.objects.create(provider=salon.elsewhere, name="Ann Moyo")
    browser = as_user(salon.alice)
    assert browser.post(f"{page(ann)}merge/{stranger.pk}/").status_code == 404
    assert browser.post(f"{page(stranger)}merge/{ann.pk}/").status_code == 404
    assert browser.post(f"{page(ann)}merge/{ann.pk}/").status_code == 409


def test_with_two_businesses_one_stays_at_the_chosen_one(
    salon: Salon, as_user: LogIn, ann: Client
) -> None:
    salon.elsewhere.owner = salon.alice
    salon.elsewhere.save()
    browser = as_user(salon.alice)
    assert listed(browser, "?business=elsewhere") == []
    assert listed(browser, "?business=salon") == ["Ann Moyo"]
    html = browser.get(f"{URL}?business=salon").content.decode()
    assert f'href="{page(ann)}?business=salon"' in html
    response = browser.post(f"{page(ann)}block/?business=salon")
    assert response["Location"] == f"{page(ann)}?business=salon"


# --- what it costs --------------------------------------------------------------------------------


def cost(browser: Browser, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_lists_cost_the_same_for_all(salon: Salon, as_user: LogIn, number: int) -> None:
    for each in range(number):
        client = make_client(salon, f"Guest {each}")
        for day in range(1 + each % 2):
            make_appointment(
                salon.braids,
                None,
                start=NOW - (day + 1) * DAY,
                status=Status.COMPLETED,
                client=client,
                price=Decimal(5),
            )
    browser = as_user(salon.alice)
    assert [cost(browser, URL + query) for query in ("", "?sort=last", "?sort=visits")] == [6] * 3
    assert cost(browser, f"{URL}?q=guest") == 6


@pytest.mark.parametrize("number", [1, 3, 9])
def test_one_page_costs_the_same_for_all(
    salon: Salon, as_user: LogIn, ann: Client, number: int
) -> None:
    for each in range(number):
        make_appointment(salon.braids, None, start=NOW - (9 + each) * DAY, client=ann)
        make_client(salon, "Ann Moyo")
    browser = as_user(salon.alice)
    assert cost(browser, page(ann)) == 8
    assert cost(browser, f"{page(ann)}merge/") == 7
    assert cost(browser, f"{page(ann)}merge/?q=ann") == 7
