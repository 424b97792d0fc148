"""The last steps: what the page will look like, and making it public; and taking it away again."""

from datetime import timedelta

from allauth.account.internal.flows.email_verification import send_verification_email_for_user
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.availability import Slot
from booking.domain.free_time import load_free_time, make_ask
from booking.views.answers import see_other
from booking.words import say_duration, say_price, say_when
from project import clock
from project.errors import NguvaError
from providers.domain.onboarding import Step
from providers.domain.publishing import has_verified_email, publish, unpublish
from providers.models import Provider, Service
from providers.models.hours import clock_face
from providers.views.access import BusinessRequest, address, owner
from providers.views.onboarding import drafted, owned, show, step_url

FIRST_TIMES = 6
DAYS_AHEAD = 14


@drafted
@require_safe
def start_preview(request: BusinessRequest) -> HttpResponse:
    """Show what the public page says, with the first free times."""
    provider = request.membership.provider
    services = list(Service.objects.active().filter(provider=provider).select_related("provider"))
    first = services[0] if services else None
    context = {
        "services": [
            {
                "name": each.name,
                "length": say_duration(each.duration),
                "price": say_price(each.price, provider.currency),
                "hourly": each.price and each.pricing == Service.Pricing.HOURLY,
            }
            for each in services
        ],
        "hours": _say_hours(provider),
        "first": first,
        "times": _first_times(first) if first else [],
        "verified": has_verified_email(request.user),
    }
    return show(request, Step.PREVIEW, context, provider)


@owned
@require_http_methods(["GET", "HEAD", "POST"])
def start_publish(request: BusinessRequest) -> HttpResponse:
    """Tell what is still in the way, or where the page is; on POST publish."""
    provider = request.membership.provider
    if request.method == "POST":
        try:
            publish(provider, by=request.user)
        except NguvaError as error:
            messages.warning(request, error.message)
            step = getattr(error, "step", Step.PUBLISH)
            return see_other(step_url(provider, step))
        return see_other(step_url(provider, Step.PUBLISH))
    context = {
        "verified": has_verified_email(request.user),
        "public_url": f"{settings.PUBLIC_URL}{provider.get_absolute_url()}",
    }
    return show(request, Step.PUBLISH, context, provider)


@owned
@require_POST
def start_verify(request: BusinessRequest) -> HttpResponse:
    """Send the link that confirms the email address once more; the library limits how often."""
    if has_verified_email(request.user):
        messages.info(request, "Your email address is confirmed already.")
    elif not send_verification_email_for_user(request, request.user):
        messages.info(request, "We sent it a moment ago. Wait three minutes, then try again.")
    return see_other(step_url(request.membership.provider, Step.PUBLISH))


@owner
@require_POST
def policy_unpublish(request: BusinessRequest) -> HttpResponse:
    """Take the public page away."""
    unpublish(request.membership.provider, by=request.user)
    messages.success(request, "Your page is not public any more. Bookings that were made stay.")
    return see_other(address(request, "provider_policy"))


def _first_times(service: Service) -> list[str]:
    """Return the first few free times of the coming two weeks, in words."""
    now = clock.now()
    zone = service.provider.tz
    today = now.astimezone(zone).date()
    last = today + timedelta(days=DAYS_AHEAD)
    free = load_free_time(make_ask(service=service), now=now, first=today, last=last)
    slots: list[Slot] = [slot for day in free.days() for slot in day.slots]
    return [say_when(slot.start, zone, now=now) for slot in slots[:FIRST_TIMES]]


def _say_hours(provider: Provider) -> list[tuple[str, str]]:
    """Return the days on which it is open, and when."""
    faces: dict[str, list[str]] = {}
    for row in provider.weekly_hours.filter(staff=None):
        face = clock_face(row.start_minute, row.end_minute)
        faces.setdefault(str(row.get_weekday_display()), []).append(face)
    return [(day, ", ".join(each)) for day, each in faces.items()]
