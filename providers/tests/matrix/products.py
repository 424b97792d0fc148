"""Products and orders: for those who run the business, as they are about money."""

from collections.abc import Sequence

from booking.domain.actors import Actor
from booking.domain.orders import place_order
from booking.tests.cast import make_product, make_user
from project import clock
from providers.tests.matrix import Page, Scene

NEW = {"name": "Comb", "price": "4", "stock": "3", "active": "on"}


def a_product(scene: Scene) -> Sequence[object]:
    """The id of something that the salon sells."""
    return (make_product(scene.salon.provider).pk,)


def an_order(scene: Scene) -> Sequence[object]:
    """The reference of what somebody has just ordered; nobody may have many open ones."""
    salon, customer = scene.salon, make_user()
    order = place_order(
        customer=customer,
        provider=salon.provider,
        items={make_product(salon.provider).pk: 1},
        by=Actor.customer(customer),
        now=clock.now(),
    )
    return (order.reference,)


def to_accept(scene: Scene) -> Sequence[object]:
    """The same, with the step."""
    return (*an_order(scene), "accept")


def listed(name: str) -> Page:
    """A list, which everybody who runs a business has of their own."""
    return Page(name, get=(200, 200, 404, 404, 200, 404), post=(405, 405, 404, 404, 405, 404))


PAGES = (
    listed("provider_products"),
    Page(
        "provider_product_new",
        get=(200, 200, 404, 404, 200, 404),
        post=(422, 422, 404, 404, 422, 404),
        sends=NEW,
    ),
    Page(
        "provider_product",
        get=(200, 200, 404, 404, 404, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=a_product,
        sends=NEW,
    ),
    Page(
        "provider_product_stock",
        get=(405, 405, 404, 404, 405, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=a_product,
        sends={"change": "-1"},
    ),
    Page(
        "provider_product_move",
        get=(405, 405, 404, 404, 405, 404),
        post=(404, 404, 404, 404, 404, 404),
        about=a_product,
        sends={"to": "down"},
    ),
    Page(
        "provider_product_picture",
        get=(200, 200, 404, 404, 404, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=a_product,
        sends={"remove": "1"},
    ),
    listed("provider_orders"),
    Page(
        "provider_order",
        get=(200, 200, 404, 404, 404, 404),
        post=(405, 405, 405, 405, 405, 404),
        about=an_order,
    ),
    Page(
        "provider_order_step",
        get=(405, 405, 405, 405, 405, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=to_accept,
    ),
)
