"""What waits for somebody besides their bookings: the sections of the page "My bookings"."""

from datetime import datetime
from typing import Any

from booking.domain.claiming import standing
from booking.domain.reviews import review_due
from booking.models import Notification, Order
from customers.models import User
from providers.domain.favourites import favourites_of

MOST_REVIEWS = 3
MOST_ORDERS = 5
MOST_MESSAGES = 3
MOST_FAVOURITES = 6


def overview(user: User, *, now: datetime) -> dict[str, Any]:
    """Return the few newest of each section; the pages behind them show the rest.

    Six queries, whatever there is.
    """
    reviews = review_due(user, now)[:MOST_REVIEWS]
    orders = Order.objects.for_customer(user).open().select_related("provider")
    mine = Notification.objects.for_user(user).unread().select_related("provider")
    return {
        "standing": standing(user),
        "reviews": list(reviews),
        "orders": list(orders[:MOST_ORDERS]),
        "news": list(mine.defer("message")[:MOST_MESSAGES]),
        "favourites": list(favourites_of(user)[:MOST_FAVOURITES]),
    }
