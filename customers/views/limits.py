"""How often one person may ask for what is dear, or could be guessed."""

import time

from django.core.cache import cache

from customers.models import User

HOUR = 3600


def too_often(user: User, what: str, *, allowed: int, seconds: int = HOUR) -> bool:
    """Whether ``user`` did ``what`` as often as a window of ``seconds`` allows."""
    return int(cache.get(_key(user, what, seconds), 0)) >= allowed


def count(user: User, what: str, *, seconds: int = HOUR) -> None:
    """Note that it was done once more. Two at one instant may count as one."""
    key = _key(user, what, seconds)
    cache.set(key, int(cache.get(key, 0)) + 1, seconds)


def _key(user: User, what: str, seconds: int) -> str:
    return f"often:{what}:{user.pk}:{int(time.time()) // seconds}"
