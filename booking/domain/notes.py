"""What the business writes down about an appointment, for itself."""

from datetime import datetime

from django.db import transaction

from booking.domain.actors import Actor
from booking.domain.locking import lock_provider
from booking.models import Appointment
from project.db import retry_on_conflict
from project.errors import NotAllowed


@retry_on_conflict
def keep_business_notes(appointment: Appointment, *, text: str, by: Actor, now: datetime) -> None:
    """Replace the notes that only the business sees; nobody is told.

    Raises ``NotAllowed`` for customers and guests.
    """
    if not by.is_business:
        raise NotAllowed
    with transaction.atomic():
        lock_provider(appointment.provider_id)
        row = Appointment.objects.filter(pk=appointment.pk)
        row.update(business_notes=text.strip(), updated_at=now)
