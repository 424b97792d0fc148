"""What the business offers: the list in its order, each service, and archiving."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.domain.supply import (
    archive_service,
    coming_by_service,
    restore_service,
    save_service,
)
from booking.views.answers import see_other
from booking.views.asking import sent
from booking.words import say_duration, say_price
from project import clock
from project.htmx import render_page, wants
from project.money import decimal_places
from project.numbers import parse_number
from providers.domain.services import Snag, Stretches, find_snags, offered, shift_service
from providers.forms.services import ServiceForm
from providers.models import Provider, Resource, Service, Staff
from providers.views.access import BusinessRequest, address, business_context, manager
from providers.views.pictures import service_picture_box

STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as the business's list shows it; ``coming`` counts the appointments ahead."""

    service: Service
    length: str
    price: str
    people: str
    snags: list[Snag]
    coming: int


@manager
@require_safe
def service_list(request: BusinessRequest) -> HttpResponse:
    """List the services in their order; the archived ones are folded away."""
    return _show_list(request)


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def service_new(request: BusinessRequest) -> HttpResponse:
    """Show the form of a new service; ``?resource=<id>`` fills it in for renting that by itself."""
    service = Service(provider=request.membership.provider)
    resource = _resource_to_rent(request)
    initial = _rent(resource) or _alone(service.provider)
    form = ServiceForm(sent(request), instance=service, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return _show_form(request, form, bound=request.method == "POST")
    made = _save(form, now=clock.now())
    messages.success(request, f"{made.name} is one of your services now.")
    return see_other(address(request, "provider_service", made.pk))


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def service_edit(request: BusinessRequest, service_id: int) -> HttpResponse:
    """Show one service; on POST change it. What is booked of it stays as it was agreed."""
    service = _get_service(request, service_id)
    form = ServiceForm(sent(request), instance=service)
    if request.method != "POST" or not form.is_valid():
        return _show_form(request, form, bound=request.method == "POST", service_id=service_id)
    _save(form, now=clock.now())
    messages.success(request, "Saved. What is booked already stays as it was agreed.")
    return see_other(address(request, "provider_service", service_id))


@manager
@require_POST
def service_archive(request: BusinessRequest, service_id: int) -> HttpResponse:
    """Take a service off the page; its coming appointments are kept and counted."""
    service = _get_service(request, service_id)
    kept = archive_service(service, now=clock.now())
    text = f"{service.name} is archived: nobody can book it any more."
    if kept:
        text += f" {say_appointments(kept)} of it {'stays' if kept == 1 else 'stay'}."
    messages.success(request, text)
    return see_other(address(request, "provider_services"))


@manager
@require_POST
def service_restore(request: BusinessRequest, service_id: int) -> HttpResponse:
    """Put an archived service back on the page."""
    service = _get_service(request, service_id)
    restore_service(service)
    messages.success(request, f"{service.name} is offered again.")
    return see_other(address(request, "provider_services"))


@manager
@require_POST
def service_move(request: BusinessRequest, service_id: int) -> HttpResponse:
    """Move a service one place, as ``to`` says: up or down. HTMX gets the list back."""
    service = _get_service(request, service_id)
    step = STEPS.get(request.POST.get("to", ""))
    if step is None:
        raise Http404
    shift_service(service, by=step)
    if wants(request, "services"):
        return _show_list(request)
    return see_other(f"{address(request, 'provider_services')}#service-{service_id}")


def say_appointments(number: int) -> str:
    """Return ``1 coming appointment`` or ``3 coming appointments``."""
    return f"{number} coming appointment{'' if number == 1 else 's'}"


def _show_list(request: BusinessRequest) -> HttpResponse:
    provider = request.membership.provider
    coming = coming_by_service(provider, now=clock.now())
    stretches = Stretches.of(provider)
    offers = [_offer(service, stretches, coming) for service in offered(provider)]
    context = business_context(request, here="provider_business") | {
        "offers": [offer for offer in offers if offer.service.active],
        "archived": [offer for offer in offers if not offer.service.active],
        "new_url": address(request, "provider_service_new"),
    }
    fragments = {"services": "providers/_services.html"}
    return render_page(request, "providers/services.html", context, fragments=fragments)


def _offer(service: Service, stretches: Stretches, coming: dict[int, int]) -> Offer:
    return Offer(
        service=service,
        length=_say_length(service),
        price=_say_price(service),
        people=_say_people(service),
        snags=find_snags(service, stretches),
        coming=coming.get(service.pk, 0),
    )


def _say_length(service: Service) -> str:
    lengths = service.durations
    if len(lengths) == 1:
        return say_duration(service.duration)
    return f"{say_duration(lengths[0])} to {say_duration(lengths[-1])}"


def _say_price(service: Service) -> str:
    price = say_price(service.price, service.provider.currency)
    if service.price and service.pricing == Service.Pricing.HOURLY:
        return f"{price} an hour"
    return f"{price} each" if service.price and service.is_class else price


def _say_people(service: Service) -> str:
    if not service.needs_staff:
        return "nobody needed"
    names = [person.name for person in service.staff.all() if person.active]
    return f"with {', '.join(names)}" if names else "with nobody yet"


def _get_service(request: BusinessRequest, service_id: int) -> Service:
    own = Service.objects.filter(provider=request.membership.provider)
    service = get_object_or_404(own.select_related("category"), pk=service_id)
    service.provider = request.membership.provider
    return service


def _resource_to_rent(request: BusinessRequest) -> Resource | None:
    text = request.GET.get("resource")
    if text is None:
        return None
    own = Resource.objects.filter(provider=request.membership.provider)
    return get_object_or_404(own, pk=parse_number(text))


def _alone(provider: Provider) -> dict[str, Any]:
    """Return who performs a new service where nobody else could."""
    people = list(Staff.objects.active().filter(provider=provider)[:2])
    return {"staff": people} if len(people) == 1 else {}


def _rent(resource: Resource | None) -> dict[str, Any]:
    """Return what is filled in for renting ``resource`` by itself, by the hour."""
    if resource is None:
        return {}
    return {
        "name": resource.name,
        "description": resource.description,
        "needs_staff": False,
        "resources": [resource.pk],
        "pricing": Service.Pricing.HOURLY,
        "flexible": True,
        "min_duration": 60,
        "max_duration": 4 * 60,
        "duration_step": 60,
    }


def _save(form: ServiceForm, *, now: datetime) -> Service:
    typed = form.cleaned_data
    return save_service(
        form.save(commit=False), staff=typed["staff"], resources=typed["resources"], now=now
    )


def _show_form(
    request: BusinessRequest, form: ServiceForm, *, bound: bool, service_id: int | None = None
) -> HttpResponse:
    provider = request.membership.provider
    context = business_context(request, here="provider_business") | {
        "form": form,
        "examples": list(form.examples()),
        "places": decimal_places(provider.currency),
        "free": say_price(Decimal(0), provider.currency),
        "back_url": address(request, "provider_services"),
    }
    if service_id is not None:
        service = offered(provider).get(pk=service_id)  # as it is kept, not as it was typed
        coming = coming_by_service(provider, now=clock.now())
        context |= {
            "service": service,
            "snags": find_snags(service, Stretches.of(provider)),
            "coming": coming.get(service_id, 0),
            "picture_box": service_picture_box(request, service),
        }
    return render(request, "providers/service.html", context, status=422 if bound else 200)
