"""What the customer says of a visit: written once, changed for some days."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.domain.reviews import (
    EDITABLE_FOR,
    edit_obstacle,
    edit_review,
    review_obstacle,
    write_review,
)
from booking.forms import ReviewForm
from booking.models import Appointment, Review
from booking.views.answers import see_other
from project import clock
from project.access import customer
from project.errors import NguvaError
from project.htmx import MemberRequest


@customer
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: MemberRequest, reference: str) -> HttpResponse:
    """Show the form, empty or with what was written, or why there is none; keep what is sent."""
    now = clock.now()
    appointment = _own(request, reference)
    written: Review | None = getattr(appointment, "review", None)
    error = _obstacle(request, appointment, written, now)
    form = ReviewForm(
        request.POST if request.method == "POST" else None,
        initial={"rating": written.rating, "text": written.text} if written else None,
    )
    if form.is_bound and error is None and form.is_valid():
        try:
            _keep(request, appointment, written, form.cleaned_data, now)
        except NguvaError as refusal:
            error = refusal
        else:
            messages.success(request, "Your review is saved. Thank you.")
            return see_other(reverse("me_appointment", args=[appointment.reference]))
    context = {
        "nav_here": "me",
        "appointment": appointment,
        "days": EDITABLE_FOR.days,
        "editable_until": written.created_at + EDITABLE_FOR if written else None,
        "error": error,
        "form": form,
        "provider": appointment.provider,
        "review": written,
    }
    status = 200 if not form.is_bound else 409 if error else 422
    return render(request, "customers/review.html", context, status=status)


def _own(request: MemberRequest, reference: str) -> Appointment:
    own = Appointment.objects.for_customer(request.user).with_names()
    return get_object_or_404(own.select_related("review__author"), reference=reference.upper())


def _obstacle(
    request: MemberRequest, appointment: Appointment, written: Review | None, now: datetime
) -> NguvaError | None:
    """Say why nothing can be written here any more, or yet."""
    if written is not None:
        return edit_obstacle(written, by=request.user, now=now)
    return review_obstacle(appointment, by=request.user)


def _keep(
    request: MemberRequest,
    appointment: Appointment,
    written: Review | None,
    typed: dict[str, object],
    now: datetime,
) -> None:
    rating, text, by = int(str(typed["rating"])), str(typed["text"]), request.user
    if written is None:
        write_review(appointment, by=by, rating=rating, text=text, now=now)
    else:
        edit_review(written, by=by, rating=rating, text=text, now=now)
