"""Which messages somebody gets, by which way and when."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from booking.notifications.channels.texting import can_text
from booking.views.answers import see_other
from customers.forms import ChannelsForm, RemindersForm, save_all
from customers.models import Channel, MessageKind, User
from project.access import customer
from project.htmx import MemberRequest
from providers.models import Provider

FOR_EVERYBODY = [MessageKind.BOOKINGS, MessageKind.REMINDERS, MessageKind.REVIEWS]
FOR_BUSINESSES = [MessageKind.BUSINESS, MessageKind.DIGEST]
BY_PHONE = (Channel.SMS, Channel.WHATSAPP)


@customer
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: MemberRequest) -> HttpResponse:
    """Show what is chosen; on POST keep it, or answer 422 with what cannot be."""
    has_business = Provider.objects.for_member(request.user).exists()
    texts = [way for way in BY_PHONE if can_text(way)]
    data = request.POST if request.method == "POST" else None
    ways = [Channel.EMAIL, *(texts if request.user.phone else [])]
    kinds = FOR_EVERYBODY + (FOR_BUSINESSES if has_business else [])
    channels = ChannelsForm(data, user=request.user, kinds=kinds, ways=ways)
    reminders = RemindersForm(data, instance=User.objects.get(pk=request.user.pk))
    if data is not None and all([reminders.is_valid(), channels.is_valid()]):
        save_all(reminders, channels)
        messages.success(request, "Saved.")
        return see_other("preferences")
    context = {
        "reminders": reminders,
        "channels": channels,
        "has_business": has_business,
        "texts": texts,
        "needs_phone": bool(texts) and not request.user.phone,
    }
    status = 200 if data is None else 422
    return render(request, "customers/preferences.html", context, status=status)
