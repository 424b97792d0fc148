"""What the business sells: the list on its shelves, each product, and its stock."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.views.answers import see_other
from project.errors import InvalidInput
from project.htmx import render_page, wants
from providers.domain.products import (
    StockMoved,
    change_stock,
    save_product,
    set_stock,
    shift_product,
)
from providers.forms.products import ProductForm, StockForm
from providers.models import Product
from providers.views.access import BusinessRequest, address, business_context, manager
from providers.views.product_picture import product_picture_box

STEPS = {"up": -1, "down": 1}


@manager
@require_safe
def product_list(request: BusinessRequest) -> HttpResponse:
    """List the products by shelf, with stock and price; those not on offer are marked."""
    return _show_list(request)


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def product_new(request: BusinessRequest) -> HttpResponse:
    """Show the form of a new product; on POST keep it."""
    form = ProductForm(_sent(request), instance=Product(provider=request.membership.provider))
    if request.method != "POST" or not form.is_valid():
        return _show_form(request, form, status=422 if form.is_bound else 200)
    made = save_product(form.save(commit=False))
    messages.success(request, f"{made.name} is one of your products now. Add a picture of it.")
    return see_other(address(request, "provider_product", made.pk))


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def product_edit(request: BusinessRequest, product_id: int) -> HttpResponse:
    """Show one product; on POST change it. Orders keep the name and price that they had."""
    form = ProductForm(_sent(request), instance=get_product(request, product_id))
    if request.method != "POST" or not form.is_valid():
        kept = get_product(request, product_id)  # as it is kept, not as it was typed
        return _show_form(request, form, product=kept, status=422 if form.is_bound else 200)
    saved = save_product(form.save(commit=False))
    messages.success(request, f"{saved.name} is saved. Orders stay as they were placed.")
    return see_other(address(request, "provider_product", product_id))


@manager
@require_POST
def product_stock(request: BusinessRequest, product_id: int) -> HttpResponse:
    """Add some, take some away, or set what was counted. HTMX gets the list back.

    422 with what is wrong; 409 with what there is now when the stock changed since it was counted.
    """
    product = get_product(request, product_id)
    form = StockForm(request.POST)
    if not form.is_valid():
        return _show_stock(request, product, form, status=422)
    try:
        _change(product, form)
    except InvalidInput as error:
        form.add_error("to", error.message)
        return _show_stock(request, product, form, status=422)
    except StockMoved as error:
        product.stock = error.left  # what the page then says was seen, so that a repeat sets it
        form.add_error("to", error.message)
        return _show_stock(request, product, form, status=409)
    if wants(request, "products"):
        return _show_list(request)
    messages.success(request, f"{product.name}: {product.stock} in stock.")
    return see_other(_where_from(request, product))


@manager
@require_POST
def product_move(request: BusinessRequest, product_id: int) -> HttpResponse:
    """Move a product one place on its shelf, as ``to`` says: up or down."""
    product = get_product(request, product_id)
    step = STEPS.get(request.POST.get("to", ""))
    if step is None:
        raise Http404
    shift_product(product, by=step)
    if wants(request, "products"):
        return _show_list(request)
    return see_other(f"{address(request, 'provider_products')}#product-{product_id}")


def get_product(request: BusinessRequest, product_id: int) -> Product:
    """Return one of the business's own products; raise ``Http404`` otherwise."""
    own = Product.objects.for_provider(request.membership.provider)
    product = get_object_or_404(own, pk=product_id)
    product.provider = request.membership.provider
    return product


def _change(product: Product, form: StockForm) -> None:
    typed = form.cleaned_data
    if typed["change"]:
        change_stock(product, by=typed["change"])
    else:
        set_stock(product, to=typed["to"], seen=typed["seen"])


def _where_from(request: BusinessRequest, product: Product) -> str:
    """Return the list for its own buttons, else the product's page."""
    if request.POST.get("change"):
        return f"{address(request, 'provider_products')}#product-{product.pk}"
    return address(request, "provider_product", product.pk)


def _show_list(request: BusinessRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = business_context(request, here="provider_business") | {
        "products": Product.objects.for_provider(request.membership.provider),
        "new_url": address(request, "provider_product_new"),
        "orders_url": address(request, "provider_orders"),
        "problem": problem,
    }
    fragments = {"products": "providers/_products.html"}
    return render_page(
        request, "providers/products.html", context, fragments=fragments, status=status
    )


def _show_stock(
    request: BusinessRequest, product: Product, stock_form: StockForm, *, status: int
) -> HttpResponse:
    """Show the list or the product's page with what is wrong about the stock."""
    if wants(request, "products"):
        return _show_list(request, problem=_first_error(stock_form), status=status)
    form = ProductForm(instance=product)
    return _show_form(request, form, product=product, stock_form=stock_form, status=status)


def _first_error(form: StockForm) -> str:
    """Return what is wrong, of whichever field: the list's own buttons send another than ``to``."""
    return str(next(iter(form.errors.values()))[0])


def _show_form(
    request: BusinessRequest,
    form: ProductForm,
    *,
    product: Product | None = None,
    stock_form: StockForm | None = None,
    status: int,
) -> HttpResponse:
    context = business_context(request, here="provider_business") | {
        "form": form,
        "back_url": address(request, "provider_products"),
    }
    if product is not None:
        context |= {
            "product": product,
            "stock_form": stock_form,
            "picture_box": product_picture_box(request, product),
        }
    return render(request, "providers/product.html", context, status=status)


def _sent(request: BusinessRequest) -> QueryDict | None:
    """Return the form that was sent, if one was, however empty."""
    return request.POST if request.method == "POST" else None
