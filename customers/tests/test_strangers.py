"""One customer at another's objects: not found, at every address, by every method.

The addresses come from the URL map, so a new one under /me/ or /a/ that names an object needs an
example here: what of Dana's it stands for. Erin tries them all.
"""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from django.test import Client

from booking.domain.closing_accounts import make_token
from booking.models import Appointment, Notification, Order, OrderItem, Review, Status
from booking.notifications.telling import tell
from booking.tests.cast import make_provider, make_user
from customers.models import User
from customers.tests.told import tell as tell_person
from project.tests.test_access import own
from project.tests.test_get_changes_nothing import addresses, changes, contents
from providers.models import Favourite, Product
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
FRAGMENT = {"HX-Request": "true"}
SECRET = "what only Dana may read"
SENT = {"reason": "no", "keep": "yes", "rating": "1", "text": "Bad", "start": "2026-11-25T10:00Z"}


class Danas:
    """Everything that a customer can have, with words that nobody else may read."""

    def __init__(self, salon: Salon) -> None:
        self.dana = salon.dana
        self.appointments = [
            self.book(salon, status, days)
            for days, status in ((1, Status.PENDING), (2, Status.CONFIRMED), (-3, Status.COMPLETED))
        ]
        visit = self.appointments[-1]
        Review.objects.create(
            appointment=visit,
            provider=salon.provider,
            author=self.dana,
            rating=4,
            text=SECRET,
            created_at=NOW,
        )
        self.appointments.append(self.book(salon, Status.COMPLETED, -5))  # not reviewed yet
        self.order = self.buy(salon)
        for event in visit.events.all():
            tell(event, now=NOW)
        self.message = tell_person(self.dana, salon.provider, text=SECRET)
        # A business that is not shown any more is there for those alone who keep it.
        self.kept = make_provider(published=False, name=SECRET)
        Favourite.objects.create(user=self.dana, provider=self.kept)

    def book(self, salon: Salon, status: Status, days: int) -> Appointment:
        start = NOW + days * DAY
        return make_appointment(
            salon.braids, salon.bobs, start=start, status=status, customer=self.dana, notes=SECRET
        )

    def buy(self, salon: Salon) -> Order:
        product = Product.objects.create(
            provider=salon.provider, name="Shampoo", price=Decimal(5), stock=9
        )
        placed = Order.objects.create(
            provider=salon.provider,
            customer=self.dana,
            customer_name="Dana Phiri",
            total=Decimal(5),
            currency="USD",
            notes=SECRET,
            created_at=NOW,
        )
        OrderItem.objects.create(
            order=placed, product=product, name="Shampoo", price=Decimal(5), quantity=1
        )
        return placed

    def examples(self, route: str) -> Mapping[str, list[str]]:
        """What each name in a route may stand for, as somebody knows it who is not Dana."""
        return {
            "<slug:reference>": self.references(route),
            "<slug:slug>": [self.kept.slug],
            "<int:notification_id>": [str(pk) for pk in self.messages()],
            "<str:token>": [make_token(self.dana)],
            "<token:token>": self.guesses(),
        }

    def references(self, route: str) -> list[str]:
        if "/orders/" in route:
            return [self.order.reference, self.order.reference.lower(), str(self.order.pk)]
        return [each.reference for each in self.appointments]

    def messages(self) -> list[int]:
        return list(Notification.objects.filter(recipient=self.dana).values_list("pk", flat=True))

    def guesses(self) -> list[str]:
        """Whoever has a booking's secret link may use it; without it nothing leads there."""
        found = []
        for each in self.appointments:
            found += [each.reference, str(each.pk), each.token[:-1], each.token.swapcase()]
        return [*found, self.order.reference, str(self.order.pk)]

    def true_examples(self, route: str) -> Mapping[str, list[str]]:
        """The same as Dana knows it."""
        tokens = [each.token for each in self.appointments]
        return {**self.examples(route), "<token:token>": tokens}


@pytest.fixture
def danas(salon: Salon) -> Danas:
    return Danas(salon)


@pytest.fixture
def erin(salon: Salon) -> User:
    """A customer of the same business, with a booking of her own."""
    erin = make_user("erin@example.com", name="Erin")
    make_appointment(salon.braids, salon.tendai, start=NOW + 3 * DAY, customer=erin)
    return erin


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def routes() -> list[str]:
    return sorted({route for route, _ in own() if route.startswith(("/me/", "/a/"))})


def naming() -> list[str]:
    """The routes that name an object."""
    return [route for route in routes() if "<" in route]


def filled(route: str, examples: Mapping[str, list[str]]) -> list[str]:
    found = list(addresses(route, examples))
    assert found
    assert not [each for each in found if "<" in each], f"no example for {route}"
    return found


def ask(client: Client, method: str, address: str) -> int:
    status: int = getattr(client, method)(
        address, SENT if method == "post" else {}, headers=FRAGMENT if method == "put" else {}
    ).status_code
    return status


@pytest.mark.parametrize("route", naming())
def test_nothing_of_somebody_else_is_found(danas: Danas, erin: User, route: str) -> None:
    client, before = browser(erin), contents()
    answers = {
        (method, address): ask(client, method, address)
        for address in filled(route, danas.examples(route))
        for method in METHODS
    }
    assert {key: status for key, status in answers.items() if status not in {404, 405}} == {}
    assert 404 in {status for (method, _), status in answers.items() if method in {"get", "post"}}
    assert changes(before) == set()


@pytest.mark.parametrize("route", naming())
def test_nothing_is_found_by_the_business_either(danas: Danas, salon: Salon, route: str) -> None:
    """What /me/ shows is one's own, whoever else one is."""
    business = [browser(user) for user in (salon.alice, salon.bob)]
    before = contents()
    for client in business:
        for address in filled(route, danas.examples(route)):
            assert {ask(client, method, address) for method in ("get", "post")} <= {404, 405}
    assert changes(before) == set()


@pytest.mark.parametrize("route", naming())
def test_dana_herself_is_let_in(danas: Danas, route: str) -> None:
    """Otherwise the examples would be wrong and nothing was tried."""
    client = browser(danas.dana)
    found = filled(route, danas.true_examples(route))
    answers = {ask(client, method, address) for address in found for method in ("get", "post")}
    assert answers - {404, 405} != set()


@pytest.mark.parametrize("route", [route for route in routes() if "<" not in route])
def test_ones_own_lists_show_nothing_of_somebody_else(danas: Danas, erin: User, route: str) -> None:
    client = browser(erin)
    page = client.get(route, {"page": "1"})
    assert page.status_code in {200, 405}
    if page.streaming:
        return
    html = page.content.decode()
    hidden = [SECRET, "Dana", *(each.reference for each in danas.appointments)]
    hidden += [danas.order.reference, *(each.token for each in danas.appointments)]
    assert [word for word in hidden if word in html] == []


def test_dana_would_see_them(danas: Danas) -> None:
    """So that the test above looks for something that could be there."""
    client = browser(danas.dana)
    shown = {
        route: client.get(route).content.decode()
        for route in ("/me/", "/me/orders/", "/me/notifications/")
    }
    assert danas.appointments[0].reference in shown["/me/"]
    assert danas.order.reference in shown["/me/orders/"]
    assert SECRET in shown["/me/notifications/"]


def test_a_new_address_without_an_example_is_noticed(danas: Danas) -> None:
    with pytest.raises(AssertionError):
        filled("/me/cards/<int:card_id>/", danas.examples("/me/cards/<int:card_id>/"))


def test_the_walk_reaches_what_there_is() -> None:
    assert {"/me/appointments/<slug:reference>/", "/a/<token:token>/cancel/"} <= set(naming())
