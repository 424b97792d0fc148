"""Orders and products in the admin: steps go through the domain, nothing else is written."""

import pytest
from django.test import Client

from booking.domain.actors import Actor
from booking.domain.orders import place_order
from booking.models import Order
from booking.tests.cast import make_product, make_provider, make_user
from customers.models import User
from project import clock
from project.tests.admin_pages import act, change_url, posted
from providers.models import Product


@pytest.fixture
def site_admin(db: None, client: Client) -> User:
    """An administrator, logged in."""
    user = User.objects.create_superuser("boss@example.com", "a-password-for-tests")
    client.force_login(user)
    return user


@pytest.fixture
def order(db: None) -> Order:
    dana = make_user()
    product = make_product(make_provider(), stock=5)
    return place_order(
        customer=dana,
        provider=product.provider,
        items={product.pk: 2},
        by=Actor.customer(dana),
        now=clock.now(),
    )


def test_steps_are_events_by_the_administrator(
    site_admin: User, client: Client, order: Order
) -> None:
    for action, status in (
        ("accept", "accepted"),
        ("make_ready", "ready"),
        ("collected", "collected"),
    ):
        assert act(client, action, order) == ["Changed: 1."]
        order.refresh_from_db()
        event = order.events.last()
        assert event is not None
        assert (order.status, event.actor, event.by) == (status, "admin", site_admin)
    assert "already: collected" in act(client, "cancel", order)[0]


def test_cancelling_gives_the_stock_back(site_admin: User, client: Client, order: Order) -> None:
    act(client, "cancel", order)
    assert Product.objects.get().stock == 5


def test_nothing_of_an_order_can_be_typed(site_admin: User, client: Client, order: Order) -> None:
    before = Order.objects.values().get()
    data = posted(client.get(change_url(order))) | {"status": "collected", "total": "1"}
    client.post(change_url(order), data)
    assert {**Order.objects.values().get(), "updated_at": None} == {**before, "updated_at": None}


def test_the_stock_is_not_written_by_the_form(
    site_admin: User, client: Client, order: Order
) -> None:
    product = Product.objects.get()
    data = posted(client.get(change_url(product))) | {"name": "Soap", "stock": "99"}
    Product.objects.update(stock=1)  # somebody orders meanwhile
    client.post(change_url(product), data)
    product.refresh_from_db()
    assert (product.name, product.stock) == ("Soap", 1)
