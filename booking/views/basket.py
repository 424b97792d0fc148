"""The basket: what somebody is about to order of one business."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from booking.basket import Basket, keep_basket, read_basket
from booking.domain.orders import MOST_LINES, MOST_OF_ONE
from booking.domain.pricing import OrderLine, price_of_one, sum_of
from booking.views.answers import keep_private, see_other
from project.access import public
from project.htmx import PageRequest
from project.numbers import parse_number
from providers.models import Product, Provider


@dataclass(frozen=True, slots=True)
class Line(OrderLine):
    """A product in a basket as it could be ordered now; ``problem`` says why it could not."""

    problem: str

    @classmethod
    def of(cls, product: Product, quantity: int) -> Self:
        """Return the line for so many of ``product``, whose provider is loaded."""
        price = price_of_one(product, currency=product.provider.currency)
        return cls(product, quantity, price, _problem(product, quantity))


@public
@require_safe
def basket(request: PageRequest) -> HttpResponse:
    """Show what is in the basket."""
    return show_basket(request, read_basket(request))


@public
@require_POST
def basket_add(request: PageRequest, product_id: int) -> HttpResponse:
    """Put one more of a product into the basket and go back to the business's page.

    Of another business than the rest: 409 with the question whether to start anew.
    """
    product = _get_product(product_id)
    basket = read_basket(request)
    if basket.items and basket.provider != product.provider_id:
        if request.POST.get("anew") != "1":
            return _ask_anew(request, basket, product)
        basket = Basket()
    quantity = basket.items.get(product.pk, 0) + 1
    changed = Basket(product.provider_id, basket.items).with_product(product.pk, quantity)
    response = see_other(f"{product.provider.get_absolute_url()}#product-{product.pk}")
    if problem := _obstacle(basket, product, quantity):
        messages.warning(request, problem)
    else:
        messages.success(request, f"{product.name} is in your basket.")
        keep_basket(response, changed)
    return response


@public
@require_POST
def basket_set(request: PageRequest, product_id: int) -> HttpResponse:
    """Have so many of a product in the basket as ``quantity`` says; 0 takes it out."""
    basket = read_basket(request)
    quantity = parse_number(request.POST.get("quantity", "").strip())
    if product_id not in basket.items:
        return see_other(reverse("basket"))
    if quantity is None or quantity > MOST_OF_ONE:
        problem = f"Choose a number from 1 to {MOST_OF_ONE}, or remove it."
        return show_basket(request, basket, problem=problem, status=422)
    response = see_other(reverse("basket"))
    keep_basket(response, basket.with_product(product_id, quantity))
    return response


@public
@require_POST
def basket_empty(request: PageRequest) -> HttpResponse:
    """Take everything out of the basket; a repeat is harmless."""
    response = see_other(reverse("basket"))
    keep_basket(response, Basket())
    return response


def load_lines(provider_id: int, items: Mapping[int, int]) -> list[Line]:
    """Return the lines of a basket in the order of its business's page, in one query.

    What is not there any more is left out.
    """
    products = Product.objects.filter(provider=provider_id, pk__in=list(items))
    found = products.select_related("provider")
    return [Line.of(product, items[product.pk]) for product in found]


def show_basket(
    request: PageRequest, basket: Basket, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """Show the basket, and what of it cannot be had."""
    lines = load_lines(basket.provider, basket.items)
    context = {
        "lines": lines,
        "most": MOST_OF_ONE,
        "problem": problem,
        "provider": lines[0].product.provider if lines else None,
        "ready": bool(lines) and not any(line.problem for line in lines),
        "total": sum_of(lines),
    }
    return keep_private(render(request, "booking/basket.html", context, status=status))


def _get_product(product_id: int) -> Product:
    """Return a product on offer at a business that everybody may see."""
    listed = Provider.objects.listed()
    products = Product.objects.active().filter(provider__in=listed).select_related("provider")
    return get_object_or_404(products, pk=product_id)


def _ask_anew(request: PageRequest, basket: Basket, product: Product) -> HttpResponse:
    other = Provider.objects.filter(pk=basket.provider).first()
    context = {"product": product, "other": other, "count": basket.count}
    response = render(request, "booking/basket_anew.html", context, status=409)
    return keep_private(response)


def _obstacle(basket: Basket, product: Product, quantity: int) -> str:
    """Say why there cannot be so many of ``product`` in the basket; empty when there can."""
    if product.pk not in basket.items and basket.is_full:
        return f"A basket holds {MOST_LINES} different things. Order these first."
    if quantity > MOST_OF_ONE:
        return f"At most {MOST_OF_ONE} of one thing."
    return _problem(product, quantity)


def _problem(product: Product, quantity: int) -> str:
    """Say why there are not so many of ``product``; empty when there are."""
    if not product.active or not product.provider.is_listed:
        return f"{product.name} is no longer on offer."
    if product.stock == 0:
        return f"{product.name} is sold out."
    if product.stock < quantity:
        return f"Only {product.stock} of {product.name} left."
    return ""
