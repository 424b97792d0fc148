"""Who is told of an order: the business of new ones, the customer when it is ready."""

from decimal import Decimal

import pytest

from booking.domain.actors import SYSTEM, Actor
from booking.domain.orders import change_order, place_order
from booking.jobs.handlers import order_event
from booking.models import Delivery, Notification, Order, OrderEvent, OrderStatus
from booking.tests.cast import make_product, make_user
from booking.tests.jobs.salon import NOW, Salon, deliver
from customers.models import User
from providers.models import Product, Staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

OWNER, MANAGER, CUSTOMER = "studio@example.com", "mary@example.com", "dana@example.com"


@pytest.fixture
def shampoo(salon: Salon) -> Product:
    return make_product(salon.provider, name="Shampoo", price=Decimal("9.50"))


@pytest.fixture
def mary(salon: Salon) -> User:
    """Manages the salon."""
    user = make_user(MANAGER, name="Mary Dube")
    salon.rudo.user, salon.rudo.role = user, Staff.Role.MANAGER
    salon.rudo.save()
    salon.tariro.user = make_user("bob@example.com")
    salon.tariro.save()
    return user


def place(salon: Salon, shampoo: Product, **options: object) -> Order:
    return place_order(
        customer=salon.dana,
        provider=salon.provider,
        items={shampoo.pk: 2},
        by=Actor.customer(salon.dana),
        now=NOW,
        **options,  # type: ignore[arg-type]
    )


def go(order: Order, by: Actor, *steps: OrderStatus, reason: str = "") -> None:
    for step in steps:
        change_order(order, to=step, by=by, now=NOW, reason=reason)


def subjects() -> dict[str, str]:
    """What leaves now: the subject by address."""
    return {address: str(mail.subject) for mail in deliver() for address in mail.to}


def test_a_new_order_is_told_to_owner_and_managers(
    salon: Salon, mary: User, shampoo: Product
) -> None:
    order = place(salon, shampoo, notes="After five")
    mails = {mail.to[0]: str(mail.body) for mail in deliver()}
    assert sorted(mails) == [MANAGER, OWNER]
    for part in ("2 × Shampoo", "USD 19.00", salon.dana.name, "After five", order.reference):
        assert part in mails[OWNER]
    assert f"/provider/orders/{order.reference}/" in mails[OWNER]


def test_accepted_and_collected_are_told_to_nobody(
    salon: Salon, mary: User, shampoo: Product
) -> None:
    order, by = place(salon, shampoo), Actor.provider(mary)
    deliver()
    go(order, by, OrderStatus.ACCEPTED)
    assert subjects() == {}
    go(order, by, OrderStatus.READY)
    deliver()
    go(order, by, OrderStatus.COLLECTED)
    assert subjects() == {}


def test_ready_is_told_to_the_customer(salon: Salon, shampoo: Product) -> None:
    order = place(salon, shampoo)
    deliver()
    go(order, Actor.provider(salon.alice), OrderStatus.ACCEPTED, OrderStatus.READY)
    [mail] = deliver()
    assert (mail.to, mail.subject) == (
        [CUSTOMER],
        "Your order is ready: Tendai Hair Studio, USD 19.00",
    )
    assert f"/me/orders/{order.reference}/" in str(mail.body)
    assert "12 Samora Machel Avenue" in str(mail.body)


def test_cancelled_by_the_business_is_told_to_the_customer(salon: Salon, shampoo: Product) -> None:
    order = place(salon, shampoo)
    deliver()
    go(order, Actor.provider(salon.alice), OrderStatus.CANCELLED, reason="It leaked")
    [mail] = deliver()
    assert mail.to == [CUSTOMER]
    assert "Tendai Hair Studio cancelled your order." in str(mail.body)
    assert "It leaked" in str(mail.body)
    assert salon.alice.email not in str(mail.body)


def test_cancelled_by_the_customer_is_told_to_the_business(salon: Salon, shampoo: Product) -> None:
    order = place(salon, shampoo)
    deliver()
    go(order, Actor.customer(salon.dana), OrderStatus.CANCELLED)
    [mail] = deliver()
    assert mail.to == [OWNER]
    assert f"{salon.dana.name} cancelled this order." in str(mail.body)


@pytest.mark.parametrize("admin", [True, False])
def test_cancelled_by_nguva_is_told_to_both(salon: Salon, shampoo: Product, admin: bool) -> None:
    order = place(salon, shampoo)
    deliver()
    go(order, Actor.admin(make_user()) if admin else SYSTEM, OrderStatus.CANCELLED)
    assert sorted(subjects()) == [CUSTOMER, OWNER]


def test_running_twice_tells_once(salon: Salon, shampoo: Product) -> None:
    place(salon, shampoo)
    deliver()
    before = (Notification.objects.count(), Delivery.objects.count())
    order_event({"event": OrderEvent.objects.get().pk}, NOW)
    assert (Notification.objects.count(), Delivery.objects.count()) == before
    assert subjects() == {}


def test_the_list_on_the_site_leads_to_the_order(salon: Salon, shampoo: Product) -> None:
    order = place(salon, shampoo)
    go(order, Actor.provider(salon.alice), OrderStatus.ACCEPTED, OrderStatus.READY)
    deliver()
    rows = dict(Notification.objects.values_list("side", "path"))
    assert rows == {
        "provider": f"/provider/orders/{order.reference}/",
        "customer": f"/me/orders/{order.reference}/",
    }


def test_an_order_with_an_appointment_says_when(salon: Salon, shampoo: Product) -> None:
    visit = salon.book(by=Actor.customer(salon.dana), customer=salon.dana)
    deliver()
    place(salon, shampoo, appointment=visit)
    [mail] = deliver()
    assert "Tue 24 Nov, 14:30" in str(mail.body)


def test_times_are_on_the_readers_clock_too(salon: Salon, shampoo: Product) -> None:
    salon.alice.timezone = "Europe/London"
    salon.alice.save()
    visit = salon.book(by=Actor.customer(salon.dana), customer=salon.dana)
    deliver()
    place(salon, shampoo, appointment=visit)
    [mail] = deliver()
    assert "Tue 24 Nov, 12:30" in str(mail.body)


def test_a_customer_who_left_is_told_nothing(salon: Salon, shampoo: Product) -> None:
    order = place(salon, shampoo)
    deliver()
    Order.objects.update(customer=None, customer_name="")
    order.refresh_from_db()
    go(order, Actor.provider(salon.alice), OrderStatus.ACCEPTED, OrderStatus.READY)
    assert subjects() == {}
