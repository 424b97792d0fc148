"""Rooms, chairs and machines: how many there are, and where bookings ask for more."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.domain.resource_use import find_overuse
from booking.domain.supply import StillNeeded, delete_resource, save_resource
from booking.views.answers import see_other
from booking.views.asking import sent
from project import clock
from providers.forms.resources import ResourceForm
from providers.models import Resource
from providers.views.access import BusinessRequest, address, business_context, manager


@manager
@require_safe
def resource_list(request: BusinessRequest) -> HttpResponse:
    """List the resources, what needs them, and the bookings for which they do not suffice."""
    provider = request.membership.provider
    context = business_context(request, here="provider_business") | {
        "resources": Resource.objects.filter(provider=provider).prefetch_related("services"),
        "overuses": find_overuse(provider, now=clock.now()),
        "new_url": address(request, "provider_resource_new"),
    }
    return render(request, "providers/resources.html", context)


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def resource_new(request: BusinessRequest) -> HttpResponse:
    """Show the form of a new resource; on POST keep it."""
    resource = Resource(provider=request.membership.provider)
    form = ResourceForm(sent(request), instance=resource)
    if request.method != "POST" or not form.is_valid():
        return _show_form(request, form, status=422 if request.method == "POST" else 200)
    made = save_resource(form.save(commit=False), now=clock.now())
    messages.success(request, f"{made.name} is there. Choose it in the services that need it.")
    return see_other(address(request, "provider_resource", made.pk))


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def resource_edit(request: BusinessRequest, resource_id: int) -> HttpResponse:
    """Show one resource; on POST change it. What is booked stays, and is listed where too much."""
    resource = _get_resource(request, resource_id)
    form = ResourceForm(sent(request), instance=resource)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        kept = _get_resource(request, resource_id)  # as it is kept, not as it was typed
        return _show_form(request, form, resource=kept, status=status)
    saved = save_resource(form.save(commit=False), now=clock.now())
    messages.success(request, f"{saved.name} is saved. Everything that is booked stays.")
    return see_other(address(request, "provider_resource", resource_id))


@manager
@require_POST
def resource_delete(request: BusinessRequest, resource_id: int) -> HttpResponse:
    """Delete a resource that nothing names; 409 with the reason when something does."""
    resource = _get_resource(request, resource_id)
    try:
        delete_resource(resource)
    except StillNeeded as refusal:
        form = ResourceForm(instance=resource)
        problem = refusal.message
        return _show_form(request, form, resource=resource, problem=problem, status=409)
    messages.success(request, f"{resource.name} is deleted.")
    return see_other(address(request, "provider_resources"))


def _get_resource(request: BusinessRequest, resource_id: int) -> Resource:
    own = Resource.objects.filter(provider=request.membership.provider)
    return get_object_or_404(own, pk=resource_id)


def _show_form(
    request: BusinessRequest,
    form: ResourceForm,
    *,
    resource: Resource | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    provider = request.membership.provider
    context = business_context(request, here="provider_business") | {
        "form": form,
        "problem": problem,
        "back_url": address(request, "provider_resources"),
    }
    if resource is not None:
        context |= {
            "resource": resource,
            "services": resource.services.all(),
            "overuses": find_overuse(provider, now=clock.now(), resource=resource),
            "rent_url": address(request, "provider_service_new", resource=str(resource.pk)),
        }
    return render(request, "providers/resource.html", context, status=status)
