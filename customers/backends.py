"""Who is logged in: asked on each page of people with an account, so it is asked cheaply."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection
from django.db.models import QuerySet

from customers.models import User
from project.prepared import Prepared

COLUMNS = [field.attname for field in User._meta.concrete_fields]


class Backend(AuthenticationBackend):
    """Log-in as allauth does it; the person of a session is read by SQL that is written once."""

    def get_user(self, user_id: int | str) -> User | None:
        """Return the person, or nothing for one who is gone or may not log in any more."""
        rows = BY_ID.rows(user=int(user_id))
        if not rows:
            return None
        user = User.from_db(connection.alias, COLUMNS, rows[0])
        return user if self.user_can_authenticate(user) else None


def _user_query(*, user: int) -> QuerySet[Any, tuple[Any, ...]]:
    return User.objects.filter(pk=user).order_by().values_list(*COLUMNS)


BY_ID = Prepared(_user_query)
