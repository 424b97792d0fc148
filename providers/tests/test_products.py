"""/provider/products/: the shelves, one product, its stock and its picture."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain.actors import Actor
from booking.domain.orders import place_order
from booking.tests.cast import make_product
from customers.models import User
from project.tests import photos
from providers.models import Product
from providers.tests.salon import NOW, Salon
from providers.tests.test_services import text_of

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

PAGE, NEW = "/provider/products/", "/provider/products/new/"
SENT = {
    "name": "Shampoo",
    "description": "Without\r\nsulphates",
    "category": "Care",
    "price": "9.50",
    "stock": "12",
    "active": "on",
}
TO_LIST = {"HX-Request": "true", "HX-Target": "products"}


@pytest.fixture
def shampoo(salon: Salon) -> Product:
    return make_product(salon.provider, name="Shampoo", price=Decimal("9.50"), stock=10)


def url(product: Product, rest: str = "") -> str:
    return f"{PAGE}{product.pk}/{rest}"


def fresh(product: Product) -> Product:
    return Product.objects.get(pk=product.pk)


def sell(salon: Salon, product: Product, quantity: int) -> None:
    place_order(
        customer=salon.dana,
        provider=salon.provider,
        items={product.pk: quantity},
        by=Actor.customer(salon.dana),
        now=NOW,
    )


def test_the_business_page_leads_here_but_not_staff(salon: Salon, as_user: LogIn) -> None:
    assert f'href="{PAGE}"' in as_user(salon.mary).get("/provider/business/").content.decode()
    assert f'href="{PAGE}"' not in as_user(salon.bob).get("/provider/business/").content.decode()


def test_without_products_it_says_what_to_do(salon: Salon, as_user: LogIn) -> None:
    assert "Nothing to sell yet" in text_of(as_user(salon.alice).get(PAGE))


def test_the_list_shows_shelf_stock_and_price(
    salon: Salon, as_user: LogIn, shampoo: Product
) -> None:
    make_product(salon.provider, name="Comb", category="Tools", stock=0, active=False)
    make_product(salon.elsewhere, name="Foreign")
    text = text_of(as_user(salon.mary).get(PAGE))
    for part in ("Shampoo", "10 in stock", "USD 9.50", "Tools", "Comb Not on offer", "Sold out"):
        assert part in text
    assert "Foreign" not in text


def test_queries_do_not_grow_with_products(salon: Salon, as_user: LogIn) -> None:
    client, counts = as_user(salon.mary), []
    for number in (1, 2):
        for _ in range(number):
            make_product(salon.provider, category=f"Shelf {number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- one product ----------------------------------------------------------------------------------


def test_a_new_product_is_kept_at_the_end_of_its_shelf(salon: Salon, as_user: LogIn) -> None:
    first = make_product(salon.provider, category="Care", position=4)
    response = as_user(salon.mary).post(NEW, SENT)
    made = Product.objects.exclude(pk=first.pk).get()
    assert (response.status_code, response["Location"]) == (303, url(made))
    assert (made.provider, made.name, made.price, made.stock, made.position) == (
        *(salon.provider, "Shampoo", Decimal("9.50")),
        *(12, 5),
    )
    assert made.description == "Without\nsulphates"
    assert made.active


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"price": "1.005"}, "no more than 2 decimal places"),
        ({"price": "free"}, "Enter a number"),
        ({"stock": "-1"}, "greater than or equal to 0"),
        ({"stock": "100000"}, "less than or equal to 99999"),
        ({"description": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_what_cannot_be_is_explained_and_kept_as_typed(
    salon: Salon, as_user: LogIn, wrong: dict[str, str], said: str
) -> None:
    response = as_user(salon.alice).post(NEW, SENT | wrong)
    assert response.status_code == 422
    assert said in text_of(response)
    assert 'value="Care"' in response.content.decode()
    assert not Product.objects.exists()


def test_prices_have_the_places_of_the_currency(salon: Salon, as_user: LogIn) -> None:
    salon.provider.currency = "UGX"
    salon.provider.save()
    client = as_user(salon.alice)
    assert client.post(NEW, SENT).status_code == 422
    assert client.post(NEW, SENT | {"price": "5000"}).status_code == 303


def test_editing_leaves_stock_and_orders_alone(
    salon: Salon, as_user: LogIn, shampoo: Product
) -> None:
    sell(salon, shampoo, 4)
    sent = {**SENT, "name": "Soap", "price": "1", "stock": "500", "active": ""}
    assert as_user(salon.mary).post(url(shampoo), sent).status_code == 303
    now = fresh(shampoo)
    assert (now.name, now.price, now.stock, now.active) == ("Soap", Decimal(1), 6, False)
    item = now.order_items.get()
    assert (item.name, item.price) == ("Shampoo", Decimal("9.50"))


def test_a_wrong_edit_keeps_the_heading_as_it_is(
    salon: Salon, as_user: LogIn, shampoo: Product
) -> None:
    response = as_user(salon.mary).post(url(shampoo), SENT | {"name": "Soap", "price": "x"})
    assert response.status_code == 422
    assert "<h1>Shampoo</h1>" in response.content.decode()
    assert 'value="Soap"' in response.content.decode()


@pytest.mark.parametrize("rest", ["", "stock/", "move/", "picture/"])
def test_another_businesss_product_is_404(
    salon: Salon, as_user: LogIn, shampoo: Product, rest: str
) -> None:
    data = SENT | {"change": "-1", "to": "up", "remove": "1"}
    for user in (salon.charlie, salon.bob, salon.dana):
        assert as_user(user).post(url(shampoo, rest), data).status_code == 404
    assert fresh(shampoo).stock == 10


# --- stock ----------------------------------------------------------------------------------------


def test_buttons_add_and_take_one(salon: Salon, as_user: LogIn, shampoo: Product) -> None:
    client = as_user(salon.mary)
    response = client.post(url(shampoo, "stock/"), {"change": "1"})
    assert (response.status_code, response["Location"]) == (303, f"{PAGE}#product-{shampoo.pk}")
    sell(salon, shampoo, 4)
    client.post(url(shampoo, "stock/"), {"change": "-1"})
    assert fresh(shampoo).stock == 6


def test_htmx_gets_the_list_back(salon: Salon, as_user: LogIn, shampoo: Product) -> None:
    client = as_user(salon.mary)
    response = client.post(url(shampoo, "stock/"), {"change": "1"}, headers=TO_LIST)
    assert response.status_code == 200
    assert "11 in stock" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_a_refusal_comes_back_in_the_list_too(
    salon: Salon, as_user: LogIn, shampoo: Product
) -> None:
    Product.objects.update(stock=0)
    sent = {"change": "-1"}
    response = as_user(salon.mary).post(url(shampoo, "stock/"), sent, headers=TO_LIST)
    assert response.status_code == 422
    assert "There are not so many left." in text_of(response)
    assert "<html" not in response.content.decode()


def test_what_was_counted_is_set(salon: Salon, as_user: LogIn, shampoo: Product) -> None:
    response = as_user(salon.mary).post(url(shampoo, "stock/"), {"to": "25", "seen": "10"})
    assert (response.status_code, response["Location"]) == (303, url(shampoo))
    assert fresh(shampoo).stock == 25


def test_an_order_meanwhile_is_told_in_place_of_being_forgotten(
    salon: Salon, as_user: LogIn, shampoo: Product
) -> None:
    sell(salon, shampoo, 4)
    response = as_user(salon.mary).post(url(shampoo, "stock/"), {"to": "25", "seen": "10"})
    assert response.status_code == 409
    html = response.content.decode()
    assert "there are 6 now" in html
    assert 'name="seen" value="6"' in html
    assert fresh(shampoo).stock == 6


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"change": "0"},
        {"change": "-11"},
        {"change": "99999"},
        {"change": "x"},
        {"to": "-1", "seen": "10"},
        {"to": "", "seen": "10"},
        {"to": "5"},
    ],
)
def test_a_stock_that_cannot_be_is_refused(
    salon: Salon, as_user: LogIn, shampoo: Product, sent: dict[str, str]
) -> None:
    response = as_user(salon.mary).post(url(shampoo, "stock/"), sent)
    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()
    assert fresh(shampoo).stock == 10


# --- order and picture ----------------------------------------------------------------------------


def test_products_move_on_their_shelf(salon: Salon, as_user: LogIn, shampoo: Product) -> None:
    oil = make_product(salon.provider, name="Oil")
    client = as_user(salon.mary)
    assert client.post(url(oil, "move/"), {"to": "up"}).status_code == 303
    assert list(Product.objects.for_provider(salon.provider)) == [oil, shampoo]
    html = client.post(url(oil, "move/"), {"to": "down"}, headers=TO_LIST).content.decode()
    assert html.index("Shampoo") < html.index("Oil")
    assert client.post(url(oil, "move/"), {"to": "away"}).status_code == 404


def test_a_product_has_a_picture_until_it_is_removed(
    salon: Salon, as_user: LogIn, shampoo: Product, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    client = as_user(salon.mary)
    file = SimpleUploadedFile("x.jpg", photos.save(photos.plain()), "image/jpeg")
    response = client.post(url(shampoo, "picture/"), {"picture": file, "next": url(shampoo)})
    assert (response.status_code, response["Location"]) == (303, url(shampoo))
    name = fresh(shampoo).picture
    assert name.startswith("service/")
    for page in (url(shampoo), "/p/salon/"):
        assert f"/media/{name}-" in client.get(page).content.decode()
    client.post(url(shampoo, "picture/"), {"remove": "1"})
    assert fresh(shampoo).picture == ""


def test_what_is_no_picture_is_explained(salon: Salon, as_user: LogIn, shampoo: Product) -> None:
    file = SimpleUploadedFile("x.jpg", b"not a picture", "image/jpeg")
    response = as_user(salon.mary).post(url(shampoo, "picture/"), {"picture": file})
    assert response.status_code == 422
    assert "This is not a picture" in text_of(response)
    assert fresh(shampoo).picture == ""


@pytest.mark.parametrize(
    "sent", [{"change": "200000"}, {"change": "200000", "to": "5", "seen": "5"}]
)
@pytest.mark.parametrize("headers", [TO_LIST, {}], ids=["list", "page"])
def test_too_much_at_once_is_said_wherever_it_was_typed(
    salon: Salon,
    as_user: LogIn,
    shampoo: Product,
    sent: dict[str, str],
    headers: dict[str, str],
) -> None:
    response = as_user(salon.mary).post(url(shampoo, "stock/"), sent, headers=headers)
    assert response.status_code == 422
    assert "less than or equal to 99999" in response.content.decode()
    assert fresh(shampoo).stock == 10
