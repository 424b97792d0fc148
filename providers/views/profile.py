"""What the business says of itself on its public page."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from booking.domain.time_off import rewrite_time_off
from booking.models import Appointment
from booking.views.answers import see_other
from booking.views.asking import sent
from project import clock
from project.errors import InvalidInput
from providers.domain.profile import change_profile
from providers.forms.profile import ProfileForm
from providers.models import Provider
from providers.views.access import BusinessRequest, address, business_context, manager


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: BusinessRequest) -> HttpResponse:
    """Show the profile; on POST keep it, or answer 422 with what cannot be."""
    provider = Provider.objects.get(pk=request.membership.provider.pk)
    before = provider.timezone  # the form writes into the instance
    upcoming = Appointment.objects.filter(provider=provider).upcoming(clock.now()).active()
    form = ProfileForm(sent(request), instance=provider, upcoming=upcoming.count())
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                changed = change_profile(provider, form.changes())
                if changed.timezone != before:
                    rewrite_time_off(changed, clock.now(), before=before)
        except InvalidInput as error:
            form.add_error(error.field, error.message)
        else:
            request.membership.provider.slug = changed.slug
            messages.success(request, "Saved.")
            return see_other(address(request, "provider_profile"))
    context = business_context(request, here="provider_business") | {
        "form": form,
        "pictures": address(request, "provider_pictures"),
        "public_url": settings.PUBLIC_URL + request.membership.provider.get_absolute_url(),
    }
    status = 422 if form.errors else 200
    return render(request, "providers/profile.html", context, status=status)
