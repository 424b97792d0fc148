"""The pictures of a business and of its services.

For the page of a service: put ``"picture_box": service_picture_box(request, service)`` into the
context, ``{% include "providers/_picture_form.html" with box=picture_box %}`` into the template
(outside of any other form), and load ``js/pictures.js`` in its block ``scripts``. The form posts to
``provider_service_picture`` and comes back to the page that showed it.
"""

from dataclasses import dataclass
from typing import get_args

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from booking.views.answers import see_other
from project.pictures import COVER, PICTURE, SERVICE, Kind, srcset, url
from providers.domain.pictures import Slot, remove_picture, set_picture
from providers.forms.pictures import PictureForm
from providers.models import Provider, Service
from providers.views.access import BusinessRequest, address, business_context, manager
from providers.views.back import way_back

KINDS: dict[Slot, Kind] = {"picture": PICTURE, "cover": COVER}
TITLES: dict[Slot, str] = {"picture": "Picture", "cover": "Cover"}
TEXTS: dict[Slot, str] = {
    "picture": "A face, your logo or your door. It stands beside your name in lists.",
    "cover": "A wide picture at the top of your page: your place, or your work.",
}
SAVED = "Saved. Everybody sees the new picture now."


@dataclass(frozen=True, slots=True)
class PictureBox:
    """One picture as its form shows it; ``shown`` is the address of the present one, if any."""

    title: str
    text: str
    slot: str
    form: PictureForm
    action: str
    shown: str
    srcset: str
    width: int
    height: int
    back: str


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def provider_pictures(request: BusinessRequest) -> HttpResponse:
    """Show the picture and the cover; on POST replace or remove the one that ``slot`` names."""
    provider = request.membership.provider
    if request.method != "POST":
        return _show(request, [provider_box(request, slot) for slot in KINDS])
    slot = _read_slot(request)
    form = PictureForm(request.POST, request.FILES, kind=KINDS[slot], slot=slot)
    here = address(request, "provider_pictures")
    if _keep(request, provider, slot, form):
        return see_other(here)
    boxes = [provider_box(request, each, form if each == slot else None) for each in KINDS]
    return _show(request, boxes, status=422)


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def service_picture(request: BusinessRequest, service_id: int) -> HttpResponse:
    """Replace or remove the picture of a service, then go back to the page that showed the form."""
    services = Service.objects.filter(provider=request.membership.provider)
    service = get_object_or_404(services, pk=service_id)
    if request.method != "POST":
        return _show(request, [service_picture_box(request, service)], service=service)
    form = PictureForm(request.POST, request.FILES, kind=SERVICE)
    if _keep(request, service, "picture", form):
        its_page = address(request, "provider_service", service.pk)
        return see_other(way_back(request, default=its_page))
    box = service_picture_box(request, service, form)
    return _show(request, [box], service=service, status=422)


def provider_box(
    request: BusinessRequest, slot: Slot, form: PictureForm | None = None
) -> PictureBox:
    """Return what the form of the business's picture or cover shows."""
    return _box(
        title=TITLES[slot],
        text=TEXTS[slot],
        slot=slot,
        kind=KINDS[slot],
        name=getattr(request.membership.provider, slot),
        form=form,
        action=address(request, "provider_pictures"),
    )


def service_picture_box(
    request: BusinessRequest, service: Service, form: PictureForm | None = None
) -> PictureBox:
    """Return what the form of a service's picture shows; see above for how to use it."""
    return _box(
        title="Picture",
        text="Show what people get. It stands beside the service on your page.",
        slot="picture",
        kind=SERVICE,
        name=service.picture,
        form=form,
        action=address(request, "provider_service_picture", service.pk),
        back=way_back(request, default="" if request.method == "POST" else request.get_full_path()),
    )


def _box(
    *,
    title: str,
    text: str,
    slot: Slot,
    kind: Kind,
    name: str,
    form: PictureForm | None,
    action: str,
    back: str = "",
) -> PictureBox:
    width, height = kind.size(kind.widths[1])
    return PictureBox(
        title=title,
        text=text,
        slot=slot,
        form=form or PictureForm(kind=kind, slot=slot),
        action=action,
        shown=url(name, width) if name else "",
        srcset=srcset(name) if name else "",
        width=width,
        height=height,
        back=back,
    )


def _keep(request: BusinessRequest, row: Provider | Service, slot: Slot, form: PictureForm) -> bool:
    """Do what the form asks for; whether it could be done."""
    if "remove" in request.POST:
        remove_picture(of=row, slot=slot)
        messages.success(request, "Removed.")
        return True
    if not form.is_valid():
        return False
    set_picture(of=row, slot=slot, picture=form.picture())
    messages.success(request, SAVED)
    return True


def _read_slot(request: BusinessRequest) -> Slot:
    for slot in get_args(Slot):
        if request.POST.get("slot", "picture") == slot:
            return slot  # type: ignore[no-any-return]
    raise Http404


def _show(
    request: BusinessRequest,
    boxes: list[PictureBox],
    *,
    service: Service | None = None,
    status: int = 200,
) -> HttpResponse:
    context = business_context(request) | {"boxes": boxes, "service": service}
    return render(request, "providers/pictures.html", context, status=status)
