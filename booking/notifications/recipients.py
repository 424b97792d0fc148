"""Who is told of a change, and how each of them is reached."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from booking.models import Appointment, AppointmentEvent, Notification
from booking.notifications.sides import ANSWERS, TOLD, Action, Side
from customers.models import MessageKind, User
from providers.domain.access import managers
from providers.models import Provider


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person on one side; ``user`` is empty for guests, contacts are empty when unknown.

    ``zone`` is the person's own clock, or the provider's for those who told us none.
    """

    side: Side
    user: User | None
    name: str
    email: str
    phone: str
    zone: ZoneInfo
    language: str

    @property
    def key(self) -> str:
        """Name the person within one event; an appointment has one customer, claimed or not."""
        if self.side is Side.CUSTOMER or self.user is None:
            return str(self.side)
        return f"{self.side}:{self.user.pk}"

    @property
    def kind(self) -> MessageKind:
        """What a change of an appointment is to this person."""
        return MessageKind.BOOKINGS if self.side is Side.CUSTOMER else MessageKind.BUSINESS


def recipients_of(event: AppointmentEvent) -> list[Recipient]:
    """Return everybody who is told of the event, the customer first, nobody twice.

    The customer always is, also of own changes: that is the receipt. At the business the owner is,
    and whoever performs the service; each except of answers and bookings made in person.
    """
    if event.action not in TOLD:
        return []
    appointment = event.appointment
    if event.action == Action.ASKED:  # the business asks; nobody there need be told
        return [customer_of(appointment)]
    return [customer_of(appointment), *(r for r in _business(event) if not _knows(event, r))]


def customer_of(appointment: Appointment) -> Recipient:
    """Return the customer: the contacts typed for this booking, or else the account's."""
    return Recipient(
        side=Side.CUSTOMER,
        user=appointment.customer,
        name=appointment.contact_name,
        email=appointment.contact_email,
        phone=appointment.contact_phone,
        zone=_zone(appointment.customer, appointment.provider),
        language=_language(appointment.customer),
    )


def account_of(provider: Provider, user: User) -> Recipient:
    """Return a customer of whom only the account is known: no booking says how to reach them."""
    return Recipient(
        side=Side.CUSTOMER,
        user=user,
        name=str(user),
        email=user.email,
        phone=user.phone,
        zone=_zone(user, provider),
        language=_language(user),
    )


def managers_of(provider: Provider) -> list[Recipient]:
    """Return those who run the business: its owner and the managers who can log in."""
    return [member_of(provider, user) for user in managers(provider)]


def member_of(provider: Provider, user: User) -> Recipient:
    """Return somebody at the business; the business's own address stands in for its owner's."""
    is_owner = user.pk == provider.owner_id
    return Recipient(
        side=Side.PROVIDER,
        user=user,
        name=str(user),
        email=(provider.email if is_owner else "") or user.email,
        phone=user.phone or (provider.phone if is_owner else ""),
        zone=_zone(user, provider),
        language=_language(user),
    )


def recipient_of(notification: Notification) -> Recipient:
    """Return the person that a written message is for, with the contacts of today."""
    if notification.side == Side.CUSTOMER and notification.appointment is not None:
        return customer_of(notification.appointment)
    if notification.side == Side.CUSTOMER and notification.recipient is not None:
        return account_of(notification.provider, notification.recipient)
    user = notification.recipient or notification.provider.owner
    return member_of(notification.provider, user)


def may_read(notification: Notification, user: User | None) -> bool:
    """Whether the message may still be given to ``user``, by what they are there today."""
    if user is None or not user.is_active:
        return False
    return Notification.objects.readable_by(user.pk).filter(pk=notification.pk).exists()


def loses(event: AppointmentEvent, recipient: Recipient) -> bool:
    """Whether the event gives the recipient's booking to a colleague; an owner keeps them all."""
    user = recipient.user
    if recipient.side is Side.CUSTOMER or user is None or event.action != Action.RESCHEDULED:
        return False
    before, after = (one and one.user_id for one in (event.from_staff, event.to_staff))
    return user.pk == before != after and user.pk != event.appointment.provider.owner_id


def _business(event: AppointmentEvent) -> list[Recipient]:
    provider = event.appointment.provider
    staff = (event.to_staff, event.from_staff)
    performers = [one.user for one in staff if one is not None and one.active]
    people = [user for user in (provider.owner, *performers) if user is not None and user.is_active]
    return [member_of(provider, user) for user in {user.pk: user for user in people}.values()]


def _knows(event: AppointmentEvent, recipient: Recipient) -> bool:
    """Whether the recipient did it, and it is of the kind that needs no receipt."""
    return event.action in ANSWERS and event.by is not None and event.by == recipient.user


def _zone(user: User | None, provider: Provider) -> ZoneInfo:
    """A timezone that does not exist is one that was not told: nobody else is to wait for it."""
    if user is None or not user.timezone:
        return provider.tz
    try:
        return ZoneInfo(user.timezone)
    except (LookupError, ValueError):
        return provider.tz


def _language(user: User | None) -> str:
    return user.language if user is not None else "en"
