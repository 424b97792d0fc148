"""Things to take home: from the shelf into the basket, ordered, made ready, with real browsers."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from booking.domain.actors import Actor
from booking.domain.orders import place_order
from booking.models import Order
from booking.tests.cast import PASSWORD, make_product, make_provider
from customers.models import User
from project import clock
from project.tests.browser.business import Salon, make_account
from project.tests.browser.checks import complaints
from project.tests.browser.market import LONG, Market, make_market
from project.tests.browser.stage import DESKTOP, PHONE, Screen, Stage
from providers.models import Product, Provider

pytestmark = pytest.mark.browser

SHOP = "/p/tendai-hair-studio/"


def stock_up(provider: Provider) -> tuple[Product, Product]:
    """Two things that can be ordered, one of a very long name, and one that is sold out."""
    make_product(provider, name="Satin bonnet", stock=0, category="Tools")
    long = make_product(provider, name=LONG, description="Softens. " * 20, category="Care", stock=2)
    shampoo = make_product(provider, name="Shampoo", price=Decimal("1234.50"), category="Care")
    return shampoo, long


def add(page: Page, *names: str) -> None:
    page.goto(SHOP)
    for name in names:
        page.get_by_role("button", name=f"Add {name}").click()
        expect(page.get_by_text(f"{name} is in your basket.")).to_be_visible()


def test_from_the_shelf_to_the_door_without_javascript(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    shampoo, _ = stock_up(salon.provider)
    dana = make_account("dana@example.com", name="Dana Phiri")
    page = stage.page(screen, java_script_enabled=False)
    add(page, "Shampoo", "Shampoo")
    page.get_by_role("link", name="See the basket").click()
    page.get_by_label("How many of Shampoo").fill("3")
    page.get_by_role("button", name="Change how many of Shampoo").click()
    page.get_by_role("link", name="Go on").click()
    page.get_by_label("Email").fill(dana.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order at Tendai Hair Studio")
    page.get_by_label("Anything they should know?").fill("After five")
    page.get_by_role("button", name="Order", exact=True).click()
    expect(page.get_by_text("Your order is placed.")).to_be_visible()
    order = Order.objects.get()
    assert (order.customer, order.total, order.notes) == (dana, Decimal("3703.50"), "After five")
    shampoo.refresh_from_db()
    assert shampoo.stock == 7

    business = stage.page(screen, user=salon.owner, java_script_enabled=False)
    business.goto("/provider/orders/")
    business.get_by_role("link", name="Dana Phiri").click()
    for name in ("Accept", "It is ready", "It was collected"):
        business.get_by_role("button", name=name).click()
    order.refresh_from_db()
    assert order.status == "collected"


def test_the_business_counts_in_the_list(stage: Stage, salon: Salon, screen: Screen) -> None:
    shampoo, _ = stock_up(salon.provider)
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/products/")
    row = page.locator(f"#product-{shampoo.pk}")
    row.get_by_role("button", name="One Shampoo more").click()
    expect(row).to_contain_text("11 in stock")
    row.get_by_role("button", name="One Shampoo fewer").click()
    expect(row).to_contain_text("10 in stock")
    row.get_by_role("button", name="Move Shampoo up").click()
    expect(page.locator(".about h3").first).to_have_text("Shampoo")


# --- how the pages look ---------------------------------------------------------------------------

Go = Callable[[Page, Market, Order, Stage], object]


def basket(page: Page, market: Market, order: Order, stage: Stage) -> None:
    """One line of it is no longer there."""
    add(page, "Shampoo", LONG)
    Product.objects.filter(name=LONG).update(stock=0)
    page.goto("/basket/")
    Product.objects.filter(name=LONG).update(stock=2)


def anew(page: Page, market: Market, order: Order, stage: Stage) -> None:
    stage.expect(409)
    add(page, "Shampoo")
    page.goto("/p/beside/")
    page.get_by_role("button", name="Add").click()


def ordering(page: Page, market: Market, order: Order, stage: Stage) -> None:
    add(page, "Shampoo", LONG)
    page.goto("/basket/order/")


def too_late(page: Page, market: Market, order: Order, stage: Stage) -> None:
    stage.expect(409)
    ordering(page, market, order, stage)
    Product.objects.filter(name=LONG).update(stock=0)
    page.get_by_role("button", name="Order", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    Product.objects.filter(name=LONG).update(stock=2)


def at(path: str) -> Go:
    def go(page: Page, market: Market, order: Order, stage: Stage) -> None:
        product = Product.objects.get(name=LONG)
        page.goto(path.format(order=order.reference, product=product.pk))

    return go


def owner(market: Market) -> User:
    return market.salon.owner


def dana(market: Market) -> User:
    return market.dana


@pytest.mark.parametrize(
    ("name", "heading", "go", "as_"),
    [
        ("shelves", "Tendai Hair Studio", at(SHOP), dana),
        ("basket", "Your basket", basket, dana),
        ("basket-empty", "Your basket", at("/basket/"), dana),
        ("basket-anew", "Start a new basket?", anew, dana),
        ("ordering", "Order at Tendai", ordering, dana),
        ("ordering-too-late", "Order at Tendai", too_late, dana),
        ("my-orders", "My orders", at("/me/orders/"), dana),
        ("my-order", "Order at Tendai", at("/me/orders/{order}/"), dana),
        ("products", "Products", at("/provider/products/"), owner),
        ("product-new", "New product", at("/provider/products/new/"), owner),
        ("product", LONG, at("/provider/products/{product}/"), owner),
        ("orders", "Orders", at("/provider/orders/"), owner),
        ("order", "Dana", at("/provider/orders/{order}/"), owner),
    ],
)
def test_page(stage: Stage, name: str, heading: str, go: Go, as_: Callable[[Market], User]) -> None:
    market = make_market()
    products = stock_up(market.salon.provider)
    make_product(make_provider(slug="beside", name="The Place Beside"))
    order = place_order(
        customer=market.dana,
        provider=market.salon.provider,
        items={product.pk: 2 for product in products},
        appointment=market.own,
        notes="Call me. " * 12,
        by=Actor.customer(market.dana),
        now=clock.now(),
    )
    Product.objects.filter(name=LONG).update(stock=2)
    found: list[str] = []
    for screen in (PHONE, DESKTOP):
        page = stage.quick_page(screen, user=as_(market))
        go(page, market, order, stage)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        found += complaints(page, name, screen)
    assert found == []
