"""Sessions in the database, as Django keeps them, read by SQL that is written once.

Each page of somebody who is logged in begins with this query.
"""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from project import clock
from project.prepared import Prepared


class SessionStore(DatabaseStore):
    """Django's own store but for the reading."""

    def _get_session_from_db(self) -> Session | None:
        """Return the row of a session that is not over; forget the key of any other."""
        rows = LIVE.rows(key=self.session_key or "", now=clock.now())
        if rows:
            key, data, until = rows[0]
            return Session(session_key=key, session_data=data, expire_date=until)
        self._session_key = None
        return None


def _live_query(*, key: str, now: datetime) -> QuerySet[Any, tuple[Any, ...]]:
    live = Session.objects.filter(session_key=key, expire_date__gt=now)
    return live.values_list("session_key", "session_data", "expire_date")


LIVE = Prepared(_live_query)
