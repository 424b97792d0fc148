"""Order what is in the basket: look once more, choose when to pick it up, order."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.basket import Basket, keep_basket, read_basket
from booking.domain.actors import Actor
from booking.domain.errors import (
    ClientBlocked,
    IdempotencyMismatch,
    OutOfStock,
    PricesChanged,
    TooManyOrders,
)
from booking.domain.orders import Prices, place_order
from booking.domain.pricing import sum_of
from booking.forms import OrderForm
from booking.models import Appointment, Order
from booking.views.answers import see_other
from booking.views.basket import Line, load_lines
from booking.views.limits import count_order, too_many_orders
from booking.words import say_when
from customers.models import User
from project import clock
from project.access import customer
from project.errors import InvalidInput, NguvaError
from project.htmx import MemberRequest

SALT = "booking.order"
MOST_APPOINTMENTS = 10
"""As many of the coming appointments are offered for pick-up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """What a page offered to order, signed; ``items``: product, how many, price of one."""

    customer: int
    provider: int
    items: list[tuple[int, int, str]]
    currency: str
    key: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return what we signed, or nothing for anything else."""
        try:
            return cls(**signing.loads(text, salt=SALT))
        except (signing.BadSignature, TypeError):
            return None

    def sign(self) -> str:
        """Return it as text that only we can make."""
        return signing.dumps(asdict(self), salt=SALT)

    @property
    def basket(self) -> Basket:
        """The basket that it was made of."""
        items = {product: quantity for product, quantity, _ in self.items}
        return Basket(self.provider, items, self.key)

    @property
    def expected(self) -> Prices:
        """What the person agrees to pay for one of each."""
        return Prices({product: Decimal(price) for product, _, price in self.items}, self.currency)


@customer
@require_http_methods(["GET", "HEAD", "POST"])
def basket_order(request: MemberRequest) -> HttpResponse:
    """Show what is ordered and for how much; on POST order it.

    409 with the facts as they are now when something of them changed.
    """
    if request.method == "POST":
        return _order(request, now=clock.now())
    basket = read_basket(request)
    lines = load_lines(basket.provider, basket.items)
    if not lines:
        return see_other(reverse("basket"))
    form = OrderForm(appointments=_choices(request.user, basket.provider, clock.now()))
    return _page(request, basket, lines, form)


def _order(request: MemberRequest, *, now: datetime) -> HttpResponse:
    """Order what the form showed, or say why not with all that was typed."""
    offered = Offered.read(request.POST.get("offered", ""))
    if offered is None or offered.customer != request.user.pk:
        raise Http404
    choices = _choices(request.user, offered.provider, now)
    form = OrderForm(request.POST, appointments=choices)
    if not form.is_valid():
        return _again(request, offered, form, status=422)
    if (answer := too_many_orders(request)) is not None:
        return answer
    try:
        order = _commit(request.user, offered, form, now=now)
    except IdempotencyMismatch as error:
        return _again(request, offered, form, error=error, basket=offered.basket.renewed())
    except (OutOfStock, PricesChanged) as error:
        return _again(request, offered, form, error=error)
    except (ClientBlocked, InvalidInput, TooManyOrders) as error:
        form.add_error(None, error.message)
        return _again(request, offered, form, status=422)
    count_order(request)
    messages.success(request, "Your order is placed.")
    response = see_other(reverse("me_order", args=[order.reference]))
    if read_basket(request).key == offered.key:
        keep_basket(response, Basket())
    return response


def _commit(user: User, offered: Offered, form: OrderForm, *, now: datetime) -> Order:
    lines = load_lines(offered.provider, offered.basket.items)
    if not lines:
        raise InvalidInput("This is no longer on offer.")
    return place_order(
        customer=user,
        provider=lines[0].product.provider,
        items=offered.basket.items,
        appointment=form.chosen(),
        notes=form.cleaned_data["notes"],
        idempotency_key=f"web:{user.pk}:{offered.key}",
        expected=offered.expected,
        by=Actor.customer(user),
        now=now,
    )


def _again(
    request: MemberRequest,
    offered: Offered,
    form: OrderForm,
    *,
    error: NguvaError | None = None,
    basket: Basket | None = None,
    status: int = 409,
) -> HttpResponse:
    """Show the page once more with what was typed and the facts as they are now.

    ``basket`` is kept in place of the one there was, to be ordered as another order.
    """
    shown = basket or offered.basket
    lines = load_lines(shown.provider, shown.items)
    if not lines:
        return see_other(reverse("basket"))
    response = _page(request, shown, lines, form, error=error, status=status)
    if basket is not None and read_basket(request).key == offered.key:
        keep_basket(response, basket)
    return response


def _page(
    request: MemberRequest,
    basket: Basket,
    lines: Sequence[Line],
    form: OrderForm,
    *,
    error: NguvaError | None = None,
    status: int = 200,
) -> HttpResponse:
    provider = lines[0].product.provider
    offered = Offered(
        customer=request.user.pk,
        provider=provider.pk,
        items=[(line.product.pk, line.quantity, str(line.price)) for line in lines],
        currency=provider.currency,
        key=basket.key,
    )
    context: dict[str, Any] = {
        "error": error,
        "form": form,
        "lines": lines,
        "offered": offered.sign(),
        "provider": provider,
        "ready": not any(line.problem for line in lines),
        "repeated": isinstance(error, IdempotencyMismatch),
        "total": sum_of(lines),
    }
    return render(request, "booking/order.html", context, status=status)


def _choices(user: User, provider_id: int, now: datetime) -> list[tuple[Appointment, str]]:
    """Return the coming appointments at which it could be picked up, in words."""
    own = Appointment.objects.for_customer(user).with_names().filter(provider=provider_id)
    return [
        (each, f"{say_when(each.start, each.provider.tz, now=now)}, {each.service}")
        for each in own.upcoming(now)[:MOST_APPOINTMENTS]
    ]
