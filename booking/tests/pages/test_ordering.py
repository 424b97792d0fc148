"""/basket/order/: what was shown is ordered, once, or the new facts are shown in its place."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.basket import COOKIE
from booking.domain.actors import Actor
from booking.domain.booking import book
from booking.domain.clients import Contact, client_of, set_blocked
from booking.domain.free_time import make_ask
from booking.domain.orders import MOST_OPEN
from booking.models import Appointment, Order
from booking.tests import cast
from booking.tests.cast import make_product, make_user
from booking.tests.pages.conftest import NOW, TUESDAY, Salon
from booking.views import limits
from booking.views.lookup import find_service
from customers.models import User
from providers.models import Product, Provider

pytestmark = pytest.mark.django_db

PAGE = "/basket/order/"


@pytest.fixture
def dana() -> User:
    return make_user("dana@example.com", name="Dana Phiri")


@pytest.fixture
def shampoo(salon: Salon) -> Product:
    return make_product(salon.provider, name="Shampoo", price=Decimal("9.50"), stock=5)


@pytest.fixture
def browser(client: Client, dana: User, shampoo: Product) -> Client:
    """Dana's, with two bottles in the basket."""
    client.force_login(dana)
    for _ in range(2):
        client.post(f"/basket/{shampoo.pk}/add/")
    return client


def visit(salon: Salon, dana: User) -> Appointment:
    return book(
        make_ask(service=find_service(salon.provider.slug, salon.service.slug)),
        start=cast.at(salon.provider, TUESDAY, "10:00"),
        by=Actor.customer(dana),
        now=NOW,
        customer=dana,
    )


def offered(html: str) -> str:
    found = re.search(r'name="offered" value="([^"]+)"', html)
    assert found
    return found[1]


def page(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def send(client: Client, html: str, **typed: object) -> Any:
    return client.post(PAGE, {"offered": offered(html), "notes": "", "appointment": "", **typed})


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_visitor_logs_in_and_comes_back_with_the_basket(
    client: Client, dana: User, shampoo: Product
) -> None:
    client.post(f"/basket/{shampoo.pk}/add/")
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    data = {"login": dana.email, "password": cast.PASSWORD}
    response = client.post(f"/accounts/login/?next={PAGE}", data, follow=True)
    assert response.redirect_chain[-1][0] == PAGE
    assert "Shampoo" in text_of(response)


def test_the_page_shows_what_where_and_how_much(browser: Client) -> None:
    html = page(browser)
    for part in (
        "Shampoo",
        "2 × USD 9.50",
        "USD 19.00",
        "Alice&#x27;s Salon, Harare",
        "Dana Phiri",
    ):
        assert part in html


def test_ordering_empties_the_basket_and_leads_to_the_order(
    browser: Client, dana: User, shampoo: Product
) -> None:
    response = send(browser, page(browser), notes="After five")
    order = Order.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/me/orders/{order.reference}/")
    assert (order.customer, order.total, order.notes) == (dana, Decimal(19), "After five")
    assert browser.cookies[COOKIE].value == ""
    assert "Your order is placed." in text_of(browser.get(response["Location"]))
    shampoo.refresh_from_db()
    assert shampoo.stock == 3


def test_an_empty_basket_leads_to_the_basket(client: Client, dana: User) -> None:
    client.force_login(dana)
    assert client.get(PAGE)["Location"] == "/basket/"


def test_a_double_tap_is_one_order(browser: Client) -> None:
    html = page(browser)
    answers = {send(browser, html)["Location"] for _ in range(3)}
    assert (len(answers), Order.objects.count()) == (1, 1)


def test_after_a_lost_answer_the_same_basket_is_the_same_order(browser: Client) -> None:
    before = browser.cookies[COOKIE].value
    send(browser, page(browser))
    browser.cookies[COOKIE] = before
    response = send(browser, page(browser))
    assert response["Location"] == f"/me/orders/{Order.objects.get().reference}/"


def test_another_content_after_a_lost_answer_is_asked_about_first(browser: Client) -> None:
    before = browser.cookies[COOKIE].value
    send(browser, page(browser))
    browser.cookies[COOKIE] = before
    response = send(browser, page(browser), notes="And a bag")
    assert response.status_code == 409
    html = text_of(response)
    assert "You ordered this already" in html
    assert "Order once more" in html
    assert Order.objects.count() == 1
    assert send(browser, html, notes="And a bag").status_code == 303
    assert Order.objects.count() == 2


def test_another_price_shows_the_new_facts_in_place_of_an_order(
    browser: Client, shampoo: Product
) -> None:
    html = page(browser)
    Product.objects.update(price=Decimal(11))
    response = send(browser, html, notes="Hello")
    assert response.status_code == 409
    html = text_of(response)
    for part in ("The price has changed", "Nothing is ordered yet", "USD 22.00", "> Hello"):
        assert part in html
    assert not Order.objects.exists()
    assert send(browser, html).status_code == 303
    assert Order.objects.get().total == Decimal(22)


def test_too_few_left_says_so_and_orders_nothing(browser: Client) -> None:
    html = page(browser)
    Product.objects.update(stock=1)
    response = send(browser, html)
    assert response.status_code == 409
    html = text_of(response)
    assert "Only 1 of Shampoo left." in html
    assert 'href="/basket/">Change the basket' in html
    assert 'form="order"' not in html
    assert not Order.objects.exists()


def test_what_was_shown_is_ordered_though_the_basket_changed_in_another_window(
    browser: Client, shampoo: Product
) -> None:
    html = page(browser)
    browser.post(f"/basket/{shampoo.pk}/", {"quantity": "5"})
    send(browser, html)
    assert Order.objects.get().items.get().quantity == 2
    assert browser.cookies[COOKIE].value  # the other basket is kept


def test_pick_up_at_an_appointment(browser: Client, salon: Salon, dana: User) -> None:
    own = visit(salon, dana)
    html = page(browser)
    assert "At my appointment, Tue 24 Nov, 10:00, Haircut" in html
    send(browser, html, appointment=own.pk)
    assert Order.objects.get().appointment == own


def test_foreign_and_lost_appointments_are_refused(
    browser: Client, salon: Salon, dana: User
) -> None:
    guests = salon.book("12:00")
    response = send(browser, page(browser), appointment=guests.pk)
    assert response.status_code == 422
    assert "This appointment has changed" in text_of(response)
    assert not Order.objects.exists()


def test_a_blocked_customer_is_told_in_words(browser: Client, salon: Salon, dana: User) -> None:
    owner = Actor.provider(salon.provider.owner)
    who = client_of(provider=salon.provider, customer=dana, contact=Contact(), by=owner)
    set_blocked(who, blocked=True, by=owner, now=NOW)
    response = send(browser, page(browser))
    assert response.status_code == 422
    assert "takes no online orders from you" in text_of(response) or "call them" in text_of(
        response
    )
    assert not Order.objects.exists()


def test_a_business_that_closed_its_page_takes_no_orders(browser: Client) -> None:
    html = page(browser)
    Provider.objects.update(published=False)
    assert send(browser, html).status_code == 422
    assert not Order.objects.exists()


def test_products_that_are_gone_lead_back_to_the_basket(browser: Client) -> None:
    html = page(browser)
    Product.objects.all().delete()
    assert send(browser, html)["Location"] == "/basket/"
    assert browser.get(PAGE)["Location"] == "/basket/"


@pytest.mark.parametrize("text", ["", "x", "eyJ4IjoxfQ:1abc:sig"])
def test_a_form_that_we_did_not_sign_is_404(browser: Client, text: str) -> None:
    assert browser.post(PAGE, {"offered": text}).status_code == 404


def test_somebody_elses_form_is_404(browser: Client) -> None:
    html = page(browser)
    browser.force_login(make_user())
    assert send(browser, html).status_code == 404
    assert not Order.objects.exists()


def test_too_long_notes_keep_what_was_typed(browser: Client) -> None:
    response = send(browser, page(browser), notes="x" * 1001)
    assert response.status_code == 422
    assert "x" * 1001 in text_of(response)


def test_queries_do_not_grow_with_the_basket(browser: Client, salon: Salon) -> None:
    counts = []
    for _ in range(3):
        browser.post(f"/basket/{make_product(salon.provider).pk}/add/")
        page(browser)
        with CaptureQueriesContext(connection) as queries:
            page(browser)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_prices_that_moved_within_one_sum_are_shown_first(
    browser: Client, salon: Salon, shampoo: Product
) -> None:
    oil = make_product(salon.provider, price=Decimal("19.00"))
    browser.post(f"/basket/{oil.pk}/add/")
    form = {"offered": offered(page(browser))}
    Product.objects.filter(pk=shampoo.pk).update(price=Decimal("9.00"))
    Product.objects.filter(pk=oil.pk).update(price=Decimal("20.00"))
    response = browser.post(PAGE, form)
    assert (response.status_code, Order.objects.count()) == (409, 0)
    assert "The price has changed meanwhile." in response.content.decode()


def test_too_many_open_orders_are_refused_in_plain_words(
    browser: Client, dana: User, salon: Salon
) -> None:
    form = {"offered": offered(page(browser))}
    for _ in range(MOST_OPEN):
        Order.objects.create(
            provider=salon.provider, customer=dana, total=1, currency="USD", created_at=NOW
        )
    response = browser.post(PAGE, form)
    assert (response.status_code, Order.objects.count()) == (422, MOST_OPEN)
    assert "You have 5 orders open here." in response.content.decode()


def test_an_account_that_orders_by_machine_is_slowed_down(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ORDERS_ALLOWED", 1)
    form = {"offered": offered(page(browser))}
    assert browser.post(PAGE, form).status_code == 303
    Order.objects.update(status="cancelled")
    refused = browser.post(PAGE, form)
    assert (refused.status_code, Order.objects.count()) == (429, 1)
    assert 0 < int(refused["Retry-After"]) <= limits.ORDERS_WINDOW
    assert "You have placed many orders in a short time." in refused.content.decode()
