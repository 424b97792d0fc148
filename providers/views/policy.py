"""How the business can be booked, and whether everybody sees it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from booking.views.answers import see_other
from booking.views.asking import sent
from providers.domain.access import Role
from providers.domain.profile import change_policy
from providers.forms.profile import PolicyForm
from providers.views.access import BusinessRequest, address, business_context, manager


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: BusinessRequest) -> HttpResponse:
    """Show the booking policy; on POST keep it, or answer 422 with what cannot be."""
    provider = request.membership.provider
    form = PolicyForm(sent(request), provider=provider)
    if request.method == "POST" and form.is_valid():
        change_policy(provider, form.cleaned_data)
        messages.success(request, "Saved. Bookings that were made stay as they are.")
        return see_other(address(request, "provider_policy"))
    context = business_context(request, here="provider_business") | {
        "form": form,
        "may_publish": request.membership.role is Role.OWNER,
        "back": address(request, "provider_business"),
    }
    return render(request, "providers/policy.html", context, status=422 if form.errors else 200)
