"""The page from which a business is set up: one line for each part of it."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from providers.domain.access import Membership
from providers.views.access import BusinessRequest, address, business_context, member


class Part(NamedTuple):
    """A page about one part of the business; ``staff`` says that they have it too."""

    name: str
    label: str
    text: str
    icon: str
    staff: bool = False


PARTS = (
    Part("provider_profile", "Profile", "Name, place, contact, pictures, clock and money", "store"),
    Part("provider_services", "Services", "What customers book, for how long and how much", "list"),
    Part("provider_resources", "Resources", "Rooms, chairs and machines that are shared", "door"),
    Part("provider_products", "Products", "What you sell: prices, pictures, what is left", "money"),
    Part("provider_orders", "Orders", "What customers will pick up", "check"),
    Part("provider_team", "Team", "Who works here, and who may sign in", "users"),
    Part(
        "provider_policy", "Booking rules", "Notice, cancelling, who confirms, publishing", "clock"
    ),
    Part("provider_hours", "Hours", "The week, special days, public holidays", "clock", staff=True),
    Part("provider_time_off", "Time off", "Once or repeating; close now", "leaf", staff=True),
    Part("provider_pictures", "Pictures", "Your picture and the cover of your page", "camera"),
    Part("provider_reviews", "Reviews", "What customers say of you, and your answers", "star"),
    Part("provider_share", "Share", "Links, QR code, free times as text, your own site", "link"),
    Part("provider_messages", "Your words in messages", "What you add to mails", "mail"),
)
"""In the order of the page."""


@member
@require_safe
def business(request: BusinessRequest) -> HttpResponse:
    """Show the parts that this person may change."""
    parts = [
        {"part": part, "url": address(request, part.name)}
        for part in PARTS
        if _has(request.membership, part)
    ]
    context = business_context(request, here="provider_business") | {"parts": parts}
    return render(request, "providers/business.html", context)


def _has(membership: Membership, part: Part) -> bool:
    return membership.sees_all or part.staff
