"""The floors as a Django site: views without middleware, sessions or forms.

Served by gunicorn as ``project.bench.floors.site:application``, with SECRET_KEY and DATABASE_URL in
the environment.
"""

import os
from datetime import timedelta

import django
import environ
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from project.bench.floors.tables import MONDAY, STEP, slot

CELLS = 16
DAYS = 7
SHOWN = 20

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

FREE = """
    INSERT INTO taken (owner_id, "start", "end") SELECT %(owner)s, %(start)s, %(end)s
    WHERE NOT EXISTS (
        SELECT 1 FROM taken
        WHERE int8range(owner_id, owner_id, '[]') && int8range(%(owner)s, %(owner)s, '[]')
        AND tstzrange("start", "end") && tstzrange(%(start)s, %(end)s)
    )
"""

FOUND = "SELECT slug, name, city, category FROM place WHERE {where} ORDER BY name LIMIT %s"

WEEK = """<div class="week">{% for day in days %}
<section><h3>{{ day.name }}</h3>{% for cell in day.cells %}
<button value="{{ cell.value }}"{% if cell.taken %} disabled{% endif %}>{{ cell.face }}</button>
{% endfor %}</section>{% endfor %}</div>
"""
PLACES = """<ul class="cards">{% for place in places %}
<li><a href="/p/{{ place.slug }}/">{{ place.name }}</a>
<p>{{ place.category }} · {{ place.city }}</p></li>{% endfor %}
</ul>
"""
week_template = engines["django"].from_string(WEEK)
places_template = engines["django"].from_string(PLACES)


def empty(request: HttpRequest) -> HttpResponse:
    """Floor a: nothing at all."""
    return HttpResponse(b"ok")


def week(request: HttpRequest, owner: int) -> HttpResponse:
    """Floor b: one indexed query and a week of 7 by 16 cells."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT "start" FROM visit WHERE owner_id = %s AND "start" >= %s AND "start" < %s',
            [owner, MONDAY, MONDAY + timedelta(days=DAYS)],
        )
        taken = {start for (start,) in cursor.fetchall()}
    days = []
    for offset in range(DAYS):
        opens = MONDAY + timedelta(days=offset)
        starts = [opens + STEP * number for number in range(CELLS)]
        cells = [
            {"value": f"{start:%Y-%m-%dT%H:%MZ}", "face": f"{start:%H:%M}", "taken": start in taken}
            for start in starts
        ]
        days.append({"name": f"{opens:%a %d %b}", "cells": cells})
    return HttpResponse(week_template.render({"days": days}))


def insert(request: HttpRequest) -> HttpResponse:
    """Floor d-http: lock the owner, insert if free."""
    owner, start, end = slot(int(request.POST["slot"]))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM owner WHERE id = %s FOR NO KEY UPDATE", [owner])
        cursor.fetchone()
        cursor.execute(FREE, {"owner": owner, "start": start, "end": end})
        made = cursor.rowcount
    return HttpResponse(status=201 if made else 409)


def search(request: HttpRequest) -> HttpResponse:
    """Floor e: search by words and show the first 20."""
    words = request.GET["q"].lower().split()
    where = " AND ".join(["search_text LIKE %s"] * len(words))
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(where=where), [*(f"%{word}%" for word in words), SHOWN])
        names = ("slug", "name", "city", "category")
        places = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return HttpResponse(places_template.render({"places": places}))


urlpatterns = [
    path("a/", empty),
    path("b/<int:owner>/", week),
    path("d/", insert),
    path("e/", search),
]

application = WSGIHandler()
