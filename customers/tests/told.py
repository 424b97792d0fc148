"""Messages to people, as tests of the pages need them."""

import itertools
from typing import Any

from booking.models import Notification
from customers.models import User
from providers.models import Provider

_number = itertools.count(1)


def tell(user: User, provider: Provider, **fields: Any) -> Notification:
    """A message to ``user`` that nobody has opened."""
    number = next(_number)
    defaults = {
        "side": "customer",
        "kind": "bookings",
        "title": f"Message {number}",
        "text": "Alice Salon expects you.",
        "path": "/me/",
        "dedupe": f"test:{number}",
    }
    return Notification.objects.create(recipient=user, provider=provider, **defaults | fields)
