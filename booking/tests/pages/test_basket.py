"""The basket: products of one business in a signed cookie, changed by POST alone."""

from decimal import Decimal
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from booking.basket import COOKIE, SALT, Basket, keep_basket, read_basket
from booking.domain.orders import MOST_LINES, MOST_OF_ONE
from booking.tests.cast import make_product, make_provider
from booking.tests.pages.conftest import Salon
from providers.models import Product

pytestmark = pytest.mark.django_db

BASKET = "/basket/"


@pytest.fixture
def shampoo(salon: Salon) -> Product:
    return make_product(salon.provider, name="Shampoo", price=Decimal("9.50"), stock=5)


@pytest.fixture
def oil(salon: Salon) -> Product:
    return make_product(salon.provider, name="Marula oil", price=Decimal(12), category="Care")


def add(client: Client, product: Product, **data: str) -> Any:
    return client.post(f"/basket/{product.pk}/add/", data)


def change(client: Client, product: Product, quantity: object) -> Any:
    return client.post(f"/basket/{product.pk}/", {"quantity": quantity})


def text_of(client: Client, url: str = BASKET) -> str:
    response = client.get(url, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def kept(client: Client) -> Basket:
    request = RequestFactory().get("/")
    request.COOKIES = {name: each.value for name, each in client.cookies.items() if each.value}
    return read_basket(request)


# --- on the page of the business ------------------------------------------------------------------


def test_products_stand_on_the_page_by_shelf(
    client: Client, shampoo: Product, oil: Product
) -> None:
    Product.objects.filter(pk=oil.pk).update(stock=2, description="Pressed <cold>")
    text = text_of(client, "/p/salon/")
    assert "Shampoo" in text
    assert "USD 9.50" in text
    assert text.index("Shampoo") < text.index(">Care<") < text.index("Marula oil")
    assert "Only 2 left" in text
    assert "Pressed &lt;cold&gt;" in text
    assert f'formaction="/basket/{shampoo.pk}/add/"' in text


def test_what_is_sold_out_says_so_and_has_no_button(client: Client, shampoo: Product) -> None:
    Product.objects.update(stock=0)
    text = text_of(client, "/p/salon/")
    assert "Sold out" in text
    assert "/basket/" not in text


def test_without_products_there_is_no_section(client: Client, salon: Salon) -> None:
    make_product(salon.provider, active=False)
    assert "To take home" not in text_of(client, "/p/salon/")


def test_a_page_in_a_frame_only_looks(client: Client, shampoo: Product) -> None:
    add(client, shampoo)
    text = text_of(client, "/p/salon/?embed=1")
    assert "Shampoo" in text
    assert "formaction" not in text
    assert "csrfmiddlewaretoken" not in text
    assert "<form" not in text
    assert "See the basket" not in text


def test_a_page_that_is_not_published_sells_nothing(
    client: Client, salon: Salon, shampoo: Product
) -> None:
    salon.provider.published = False
    salon.provider.save()
    client.force_login(salon.provider.owner)
    assert "formaction" not in text_of(client, "/p/salon/")
    assert add(client, shampoo).status_code == 404


def test_products_cost_the_page_one_query(client: Client, salon: Salon) -> None:
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get("/p/salon/")
        counts.append(len(queries))
        make_product(salon.provider)
        make_product(salon.provider, category="Care")
    assert counts[0] == counts[1] == counts[2]


# --- adding ---------------------------------------------------------------------------------------


def test_adding_keeps_it_and_leads_back_to_the_product(client: Client, shampoo: Product) -> None:
    response = add(client, shampoo)
    assert (response.status_code, response["Location"]) == (
        303,
        f"/p/salon/#product-{shampoo.pk}",
    )
    add(client, shampoo)
    assert (kept(client).provider, kept(client).items) == (shampoo.provider_id, {shampoo.pk: 2})
    assert "2 things in your basket" in text_of(client, "/p/salon/")


def test_no_more_than_there_are_can_be_added(client: Client, shampoo: Product) -> None:
    for _ in range(7):
        add(client, shampoo)
    assert kept(client).items == {shampoo.pk: 5}
    assert "Only 5 of Shampoo left." in text_of(client, "/p/salon/")


def test_a_basket_has_bounds(client: Client, salon: Salon) -> None:
    products = [make_product(salon.provider, stock=500) for _ in range(MOST_LINES + 1)]
    for product in products:
        add(client, product)
    assert len(kept(client).items) == MOST_LINES
    change(client, products[0], MOST_OF_ONE)
    add(client, products[0])
    assert kept(client).items[products[0].pk] == MOST_OF_ONE


def test_what_is_not_on_offer_is_not_found(client: Client, salon: Salon) -> None:
    withdrawn = make_product(salon.provider, active=False)
    hidden = make_product(make_provider(published=False))
    for product in (withdrawn, hidden, Product(pk=10**12)):
        assert add(client, product).status_code == 404


def test_another_business_asks_whether_to_start_anew(client: Client, shampoo: Product) -> None:
    add(client, shampoo)
    comb = make_product(make_provider(name="Bulawayo Barbers"), name="Comb")
    response = add(client, comb)
    assert response.status_code == 409
    html = " ".join(response.content.decode().split())
    assert "from Alice&#x27;s Salon" in html
    assert "Comb is from Bulawayo Barbers" in html
    assert kept(client).items == {shampoo.pk: 1}
    add(client, comb, anew="1")
    assert (kept(client).provider, kept(client).items) == (comb.provider_id, {comb.pk: 1})


# --- the basket itself ----------------------------------------------------------------------------


def test_it_shows_lines_and_total(client: Client, shampoo: Product, oil: Product) -> None:
    for product in (shampoo, shampoo, oil):
        add(client, product)
    text = text_of(client)
    for part in ("Shampoo", "USD 9.50 each", "USD 19.00", "Marula oil", "USD 31.00"):
        assert part in text
    assert 'href="/basket/order/"' in text


def test_quantities_are_changed_and_lines_removed(
    client: Client, shampoo: Product, oil: Product
) -> None:
    for product in (shampoo, oil):
        add(client, product)
    assert change(client, shampoo, 4).status_code == 303
    assert kept(client).items == {shampoo.pk: 4, oil.pk: 1}
    change(client, oil, 0)
    change(client, oil, 3)  # not in it any more
    assert kept(client).items == {shampoo.pk: 4}


@pytest.mark.parametrize("quantity", ["", "-1", "100", "1.5", "many", "٣"])
def test_quantities_that_are_none_are_refused(
    client: Client, shampoo: Product, quantity: str
) -> None:
    add(client, shampoo)
    response = change(client, shampoo, quantity)
    assert response.status_code == 422
    assert "Choose a number from 1 to 99" in response.content.decode()
    assert kept(client).items == {shampoo.pk: 1}


def test_it_can_be_emptied_again_and_again(client: Client, shampoo: Product) -> None:
    add(client, shampoo)
    for _ in range(2):
        assert client.post("/basket/empty/").status_code == 303
        assert "Your basket is empty" in text_of(client)


def test_what_cannot_be_had_any_more_is_marked(
    client: Client, shampoo: Product, oil: Product
) -> None:
    add(client, oil)
    for _ in range(3):
        add(client, shampoo)
    Product.objects.filter(pk=shampoo.pk).update(stock=1)
    Product.objects.filter(pk=oil.pk).update(active=False)
    text = text_of(client)
    assert "Only 1 of Shampoo left." in text
    assert "Marula oil is no longer on offer." in text
    assert "/basket/order/" not in text


@pytest.mark.parametrize("path", ["empty/", "1/", "1/add/"])
def test_nothing_changes_by_get(client: Client, path: str) -> None:
    assert client.get(BASKET + path).status_code == 405


def test_forms_need_their_token(shampoo: Product) -> None:
    client = Client(enforce_csrf_checks=True)
    assert add(client, shampoo).status_code == 403


def test_it_stays_out_of_caches(client: Client, shampoo: Product) -> None:
    add(client, shampoo)
    assert client.get(BASKET)["Cache-Control"] == "private, no-store"


def test_queries_do_not_grow_with_the_basket(client: Client, salon: Salon) -> None:
    counts = []
    for _ in range(3):
        add(client, make_product(salon.provider))
        client.get(BASKET)  # shows what was said of the last one
        with CaptureQueriesContext(connection) as queries:
            client.get(BASKET)
        counts.append(len(queries))
    assert counts == [1, 1, 1]


# --- the cookie -----------------------------------------------------------------------------------


def test_the_cookie_is_signed_and_not_for_scripts(client: Client, shampoo: Product) -> None:
    add(client, shampoo)
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    name, _, rest = cookie.value.partition(":")
    client.cookies[COOKIE] = f"{name[:-2]}xx:{rest}"
    assert "Your basket is empty" in text_of(client)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "x",
        [],
        {"provider": 1},
        {"provider": 1, "items": [1], "key": "k"},
        {"provider": "x", "items": {}, "key": "k"},
        {"provider": 1, "items": {"x": 1}, "key": "k"},
        {"provider": 1, "items": {"1": None}, "key": "k"},
        {"provider": 1, "items": {"1": 100}, "key": "k"},
        {"provider": 1, "items": {"1": 0}, "key": "k"},
        {"provider": 1, "items": {str(n): 1 for n in range(21)}, "key": "k"},
    ],
)
def test_whatever_is_in_it_the_page_opens(client: Client, db: None, content: Any) -> None:
    client.cookies[COOKIE] = signing.dumps(content, salt=SALT)
    assert "Your basket is empty" in text_of(client)


def test_each_change_has_a_key_of_its_own() -> None:
    one = Basket(1, {1: 1})
    other = one.with_product(1, 2)
    assert len({one.key, other.key, other.renewed().key, other.with_product(1, 2).key}) == 4


def test_the_largest_basket_fits_into_a_cookie() -> None:
    response = HttpResponse()
    keep_basket(response, Basket(10**9, {10**9 + n: 99 for n in range(MOST_LINES)}))
    assert len(response.cookies[COOKIE].value) < 1000
