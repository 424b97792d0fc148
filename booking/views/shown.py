"""What a details page showed, signed, so that nothing else is booked when it comes back."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Self

from django.core import signing

from booking.domain.free_time import Ask
from booking.domain.pricing import price_of
from booking.models import Hold
from providers.models import Service, Staff

SALT = "booking.shown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A hold in plain values; ``start`` in seconds since 1970, ``price`` as text.

    ``staff`` is who would perform it, ``anyone`` whether that was left to us.
    """

    visitor: str
    hold: int
    token: str
    service: int
    staff: int | None
    anyone: bool
    start: int
    duration: int
    party: int
    price: str
    currency: str

    @classmethod
    def of(cls, hold: Hold, service: Service) -> Self:
        """Return what a page says of ``hold`` now."""
        price = price_of(service=service, duration=hold.duration, party_size=hold.party_size)
        return cls(
            visitor=hold.visitor,
            hold=hold.pk,
            token=hold.token,
            service=service.pk,
            staff=hold.staff_id,
            anyone=hold.anyone,
            start=int(hold.start.timestamp()),
            duration=hold.duration,
            party=hold.party_size,
            price=str(price),
            currency=service.provider.currency,
        )

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return what we signed, or nothing for anything else."""
        try:
            return cls(**signing.loads(text, salt=SALT))
        except (signing.BadSignature, TypeError):
            return None

    def sign(self) -> str:
        """Return it as text that only we can make."""
        return signing.dumps(asdict(self), salt=SALT)

    @property
    def starts_at(self) -> datetime:
        """The start in UTC."""
        return datetime.fromtimestamp(self.start, UTC)

    @property
    def idempotency_key(self) -> str:
        """One hold is booked at most once, however often its form is sent."""
        return f"hold:{self.token}"

    def ask(self, service: Service) -> Ask:
        """Return what is to be booked, as it was shown; booking looks whether it is still offered.

        Of the person it knows the id alone.
        """
        staff = None if self.anyone or self.staff is None else Staff(pk=self.staff)
        return Ask(service, staff, self.duration, self.party)

    @property
    def agreed(self) -> tuple[Decimal, str]:
        """The price that the page showed, with its currency."""
        return Decimal(self.price), self.currency

    def as_hold(self) -> Hold:
        """Return the hold to spend, without reading its row: spending it tells if it is there."""
        return Hold(pk=self.hold, staff_id=self.staff)
