"""Put the bookings that somebody made as a guest to their account."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from booking.domain.claiming import claim
from booking.views.answers import see_other
from project import clock
from project.access import customer
from project.htmx import MemberRequest


@customer
@require_POST
def claim_bookings(request: MemberRequest) -> HttpResponse:
    """Claim all that can be; a second press finds nothing and says so."""
    number = claim(request.user, now=clock.now())
    if number:
        added = "One booking is" if number == 1 else f"{number} bookings are"
        messages.success(request, f"{added} now in your account.")
    else:
        messages.info(request, "There is nothing more to add.")
    return see_other("me")
