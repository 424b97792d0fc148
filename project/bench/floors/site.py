"""The floors as a Django site: plain views without middleware, sessions or forms.

Served by gunicorn as ``project.bench.floors.site:application``, with SECRET_KEY and DATABASE_URL in
the environment.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import django
import environ
from django.conf import settings

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": environ.Env().db("DATABASE_URL")
        | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    USE_TZ=True,
)
django.setup(set_prefix=False)

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402  (models need the set-up)
from django.db import connection, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

from project.bench.floors.models import Owner, Place, Visit  # noqa: E402
from project.bench.floors.tables import MONDAY, STEP, slot  # noqa: E402

CELLS = 16
DAYS = 7
SHOWN = 20

INSERT_IF_FREE = """
    INSERT INTO taken (owner_id, "start", "end") SELECT %(owner)s, %(start)s, %(end)s
    WHERE NOT EXISTS (
        SELECT 1 FROM taken
        WHERE owner_id = %(owner)s AND "start" < %(end)s AND "end" > %(start)s
    )
"""
WEEK = """<div class="week">{% for day in days %}
<section><h3>{{ day.name }}</h3>{% for cell in day.cells %}
<button class="{{ cell.state }}" value="{{ cell.value }}"{% if cell.taken %} disabled{% endif %}>
{{ cell.face }}</button>{% endfor %}
</section>{% endfor %}</div>
"""
PLACES = """<ul class="cards">{% for place in places %}
<li><a href="/p/{{ place.slug }}/">{{ place.name }}</a>
<p>{{ place.category }} · {{ place.city }}</p></li>{% endfor %}
</ul>
"""
week_template = engines["django"].from_string(WEEK)
places_template = engines["django"].from_string(PLACES)


@dataclass(frozen=True, slots=True)
class Cell:
    """A time of the week, as the template shows it."""

    state: str
    value: str
    face: str
    taken: bool

    @classmethod
    def of(cls, start: datetime, *, taken: bool) -> Self:
        """Return the texts for a start."""
        state = "taken" if taken else "free"
        return cls(state, f"{start:%d%H%M}", f"{start:%H:%M}", taken)


def empty(request: HttpRequest) -> HttpResponse:
    """Floor a: nothing at all."""
    return HttpResponse(b"ok")


def week(request: HttpRequest, owner: int) -> HttpResponse:
    """Floor b: one indexed query and a week of 7 by 16 cells."""
    found = Visit.objects.filter(
        owner=owner, start__gte=MONDAY, start__lt=MONDAY + timedelta(days=DAYS)
    )
    taken = set(found.values_list("start", flat=True))
    days = []
    for offset in range(DAYS):
        opens = MONDAY + timedelta(days=offset)
        starts = [opens + STEP * number for number in range(CELLS)]
        cells = [Cell.of(start, taken=start in taken) for start in starts]
        days.append({"name": f"{opens:%a %d %b}", "cells": cells})
    return HttpResponse(week_template.render({"days": days}))


def insert(request: HttpRequest) -> HttpResponse:
    """Floor d-http: lock the owner, insert if free."""
    number, start, end = slot(int(request.POST["slot"]))
    with transaction.atomic():
        owner = Owner.objects.select_for_update(no_key=True).get(pk=number)
        with connection.cursor() as cursor:
            cursor.execute(INSERT_IF_FREE, {"owner": owner.pk, "start": start, "end": end})
            made = cursor.rowcount
    return HttpResponse(status=201 if made else 409)


def search(request: HttpRequest) -> HttpResponse:
    """Floor e: search by words and show the first 20."""
    found = Place.objects.order_by("name")
    for word in request.GET["q"].lower().split():
        found = found.filter(search_text__contains=word)
    return HttpResponse(places_template.render({"places": found[:SHOWN]}))


urlpatterns = [
    path("a/", empty),
    path("b/<int:owner>/", week),
    path("d/", insert),
    path("e/", search),
]

application = WSGIHandler()
