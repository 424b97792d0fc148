"""Telling an owner that everybody may see the business now."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from booking.models import Notification
from booking.notifications.post import post
from booking.notifications.recipients import member_of
from booking.notifications.wording import Message
from booking.words import one_line
from customers.models import MessageKind
from providers.models import Provider


def tell_approved(provider: Provider, *, now: datetime) -> Notification | None:
    """Write the message to the owner; to be called once for each approval."""
    if provider.published:
        said, path = "Everybody can find and book you now.", provider.get_absolute_url()
    else:
        said, path = "Publish your page whenever you are ready.", reverse("provider_start")
    message = Message(
        subject=one_line(f"{provider.name} is approved"),
        headline="Your business is approved",
        sentences=[said],
        facts=[],
        link=settings.PUBLIC_URL + path,
        link_text="See your page" if provider.published else "Go on",
    )
    return post(
        member_of(provider, provider.owner),
        kind=MessageKind.BUSINESS,
        appointment=None,
        provider=provider,
        event=None,
        message=message,
        dedupe=f"approved:{provider.pk}:{now.isoformat()}",
        now=now,
    )
