"""Why the domain refuses; each carries words for people and a stable code for programs."""

from collections.abc import Sequence
from datetime import datetime

from booking.availability import Problem, Slot
from booking.domain.free_time import FreeTime
from project.errors import NguvaError, NotAllowed
from providers.models import Product


class SlotUnavailable(NguvaError):
    """A start that cannot be booked; ``alternatives`` are the nearest ones that can."""

    code = "slot_unavailable"
    default = "Sorry, this time is no longer free."

    def __init__(
        self,
        message: str = "",
        *,
        problems: Sequence[Problem] = (),
        alternatives: Sequence[Slot] = (),
    ) -> None:
        super().__init__(message)
        self.problems = list(problems)
        self.alternatives = list(alternatives)


class PriceChanged(NguvaError):
    """The price is another one than the person was shown."""

    code = "price_changed"
    default = "The price has changed meanwhile. Please look again."


class TooManyHolds(NguvaError):
    """One network keeps enough of a business's times; ``until`` is when the first is over."""

    code = "too_many_holds"
    default = "Many times are kept for people on your network just now. Please wait a little."

    def __init__(self, *, until: datetime) -> None:
        super().__init__()
        self.until = until


class NotFree(Exception):
    """Leaves a transaction that found the time taken, with what it saw; never reaches a caller.

    ``message`` says why when the time itself is free.
    """

    def __init__(self, free: FreeTime, message: str = "") -> None:
        super().__init__(message)
        self.free = free
        self.message = message


class ClientBlocked(NotAllowed):
    """The business wants no online bookings from this person."""

    code = "client_blocked"
    default = "This business does not take online bookings from you. Please call them."


class CannotMerge(NguvaError):
    """Two rows of clients that must stay two."""

    code = "cannot_merge"
    default = "These two cannot be merged."


class OutsidePolicy(NguvaError):
    """The provider's booking policy, or plain sense about time, does not allow it now."""

    code = "outside_policy"
    default = "This is not possible any more."


class InvalidTransition(NguvaError):
    """The appointment is in a state from which this step does not exist."""

    code = "invalid_transition"
    default = "This appointment has changed meanwhile."


class IdempotencyMismatch(NguvaError):
    """The key was used before, for a different request."""

    code = "idempotency_mismatch"
    default = "This form was already used for another booking. Please start again."


class TooManyOrders(NguvaError):
    """The person has as many orders open at the business as one may."""

    code = "too_many_orders"
    default = "You have enough orders open at this business."


class OutOfStock(NguvaError):
    """There is less of a product than was asked for; ``left`` says how much, 0 for none."""

    code = "out_of_stock"
    default = "There is not enough left."

    def __init__(self, product: Product, *, left: int) -> None:
        said = f"Only {left} of {product.name} left." if left else f"{product.name} is sold out."
        super().__init__(said if product.active else f"{product.name} is no longer on offer.")
        self.product = product
        self.left = left


class PricesChanged(NguvaError):
    """What is ordered does not cost what the page said."""

    code = "prices_changed"
    default = "The price has changed meanwhile."
