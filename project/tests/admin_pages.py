"""What tests of the admin share: one row of everything, and how a browser uses the pages."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from booking.domain.actors import Actor
from booking.domain.booking import Contact, book
from booking.domain.free_time import make_ask
from booking.models import (
    Appointment,
    BusyTime,
    Hold,
    Order,
    OrderEvent,
    OrderItem,
    Review,
    Wording,
)
from booking.notifications.telling import tell
from booking.tests.cast import (
    MONDAY,
    at,
    make_category,
    make_product,
    make_provider,
    make_resource,
    make_service,
    make_staff,
    make_user,
    next_weekday,
)
from customers.domain.preferences import digest, opt_out_digest, set_preference
from customers.models import Channel, MessageKind
from project import clock
from providers.models import (
    DateOverride,
    Favourite,
    FormerSlug,
    Invitation,
    TimeOff,
    TimeOffRule,
    WeeklyHours,
)

HOUR = timedelta(hours=1)


def make_booking(number: int = 1, *, auto_confirm: bool = True) -> Appointment:
    """One row of everything, with all its own relations, and the appointment among them."""
    owner = make_user()
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True)
    Group.objects.create(name=f"Group {number}")
    category = make_category(f"kind-{number}")
    provider = make_provider(owner, category=category, auto_confirm=auto_confirm)
    staff = make_staff(provider, user=make_user())
    room = make_resource(provider)
    service = make_service(provider, [staff], [room], category=category, name="Box braids")
    monday = next_weekday(clock.now(), MONDAY)
    start = at(provider, monday, "10:00")
    DateOverride.objects.create(provider=provider, staff=staff, date=monday + timedelta(days=1))
    TimeOff.objects.create(
        provider=provider, staff=staff, start=start + HOUR * 4, end=start + HOUR * 5
    )
    TimeOffRule.objects.create(
        provider=provider, rrule="FREQ=DAILY", first=monday, start_minute=0, end_minute=60
    )
    WeeklyHours.objects.create(
        provider=provider, staff=staff, weekday=0, start_minute=0, end_minute=60
    )
    BusyTime.objects.create(staff=staff, start=start + HOUR * 6, end=start + HOUR * 7, uid="x")
    Hold.objects.create(
        provider=provider,
        service=service,
        staff=staff,
        start=start + HOUR * 2,
        end=start + HOUR * 3,
        occupied_from=start + HOUR * 2,
        occupied_until=start + HOUR * 3,
        visitor="somebody",
        expires_at=start,
    )
    set_preference(owner, MessageKind.DIGEST, Channel.EMAIL, wanted=True)
    opt_out_digest(digest(owner.email), MessageKind.REMINDERS)
    Invitation.objects.create(
        staff=staff, email="new@example.com", created_at=clock.now(), expires_at=start
    )
    FormerSlug.objects.create(provider=provider, slug=f"former-{provider.slug}")
    Wording.objects.create(provider=provider, kind=Wording.Kind.CONFIRMATION, text="Welcome")
    appointment = book(
        make_ask(service=service),
        start=start,
        by=Actor.customer(customer := make_user(name="Dana")),
        now=clock.now(),
        customer=customer,
        contact=Contact(),
    )
    tell(appointment.events.get(), now=clock.now())
    review = Review.objects.create(
        appointment=appointment,
        provider=provider,
        author=customer,
        rating=4,
        text="Neat work",
        created_at=clock.now(),
    )
    review.reports.create(by=owner, reason="Untrue", created_at=clock.now())
    order = Order.objects.create(
        provider=provider, customer=customer, total=5, currency="USD", created_at=clock.now()
    )
    OrderItem.objects.create(order=order, product=make_product(provider), price=5, quantity=1)
    OrderEvent.objects.create(
        order=order, actor="customer", by=customer, to_status="placed", created_at=clock.now()
    )
    Favourite.objects.create(user=customer, provider=provider)
    return appointment


def change_url(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_url(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def act(client: Client, action: str, *rows: Model) -> list[str]:
    """Run an admin action on rows; return what the page says afterwards."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    response: Any = client.post(list_url(type(rows[0])), data, follow=True)
    assert response.redirect_chain
    return [str(message) for message in response.context["messages"]]


def posted(page: Any) -> dict[str, Any]:
    """What a browser would send back from a change form that nobody touched."""
    form = page.context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    for inline in page.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        data |= {management.add_prefix(name): value for name, value in management.initial.items()}
    return {name: "" if value is None else value for name, value in data.items()}
