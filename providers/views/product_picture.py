"""The picture of a product, by the same form and files as those of services."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from booking.views.answers import see_other
from project.pictures import SERVICE, srcset, url
from providers.domain.pictures import remove_picture, set_picture
from providers.forms.pictures import PictureForm
from providers.models import Product
from providers.views.access import BusinessRequest, address, business_context, manager
from providers.views.back import way_back
from providers.views.pictures import SAVED, PictureBox


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def product_picture(request: BusinessRequest, product_id: int) -> HttpResponse:
    """Replace or remove the picture of a product, then go back to the page with the form."""
    products = Product.objects.for_provider(request.membership.provider)
    product = get_object_or_404(products, pk=product_id)
    if request.method != "POST":
        return _show(request, product)
    form = PictureForm(request.POST, request.FILES, kind=SERVICE)
    if "remove" in request.POST:
        remove_picture(of=product)
        messages.success(request, "Removed.")
    elif form.is_valid():
        set_picture(of=product, picture=form.picture())
        messages.success(request, SAVED)
    else:
        return _show(request, product, form, status=422)
    return see_other(way_back(request, default=address(request, "provider_product", product.pk)))


def product_picture_box(
    request: BusinessRequest, product: Product, form: PictureForm | None = None
) -> PictureBox:
    """Return what the form of a product's picture shows."""
    width, height = SERVICE.size(SERVICE.widths[1])
    return PictureBox(
        title="Picture",
        text="Show what people get. It stands beside the product on your page.",
        slot="picture",
        form=form or PictureForm(kind=SERVICE),
        action=address(request, "provider_product_picture", product.pk),
        shown=url(product.picture, width) if product.picture else "",
        srcset=srcset(product.picture) if product.picture else "",
        width=width,
        height=height,
        back=address(request, "provider_product", product.pk),
    )


def _show(
    request: BusinessRequest, product: Product, form: PictureForm | None = None, status: int = 200
) -> HttpResponse:
    context = business_context(request) | {
        "boxes": [product_picture_box(request, product, form)],
        "service": product,
    }
    return render(request, "providers/pictures.html", context, status=status)
