"""Give every appointment its client: accounts first, then email addresses, then phone numbers.

A batch of providers at a time, by a few statements over whole tables. Whoever left nothing but a
name gets a row of their own; appointments of which nobody is known at all keep none.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import migrations
from django.db.migrations.state import StateApps
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Lower, NullIf

PROVIDERS_AT_ONCE = 100
ROWS_AT_ONCE = 1000


def link(apps: StateApps, _: object) -> None:
    """Make the missing clients and link the appointments to them; a repeat finds nothing to do."""
    for providers in _batches(apps.get_model("providers", "Provider")):
        Linker(apps, providers).run()


class Linker:
    """Does it for some providers."""

    def __init__(self, apps: StateApps, providers: list[int]) -> None:
        self.clients = apps.get_model("booking", "Client")
        self.appointments = apps.get_model("booking", "Appointment")
        self.providers = providers

    def run(self) -> None:
        """Work from the strongest identity to the weakest: what one links the next need not."""
        self._make(self._left().filter(customer__isnull=False), "customer")
        self._link(self._left(), user=OuterRef("customer"))
        with_email = self._left().filter(customer=None).exclude(guest_email="")
        self._link(with_email.annotate(key=Lower("guest_email")), email=OuterRef("key"))
        self._make(with_email.annotate(key=Lower("guest_email")), "key")
        self._link(with_email.annotate(key=Lower("guest_email")), email=OuterRef("key"))
        with_phone = self._left().filter(customer=None).exclude(guest_phone="")
        self._link(with_phone, phone=OuterRef("guest_phone"))
        self._make(with_phone, "guest_phone")
        self._link(with_phone, phone=OuterRef("guest_phone"))
        self._link_names()

    def _left(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.appointments.objects.filter(client=None)
        return rows.filter(provider__in=self.providers).order_by()

    def _make(self, appointments: QuerySet[Any], key: str) -> None:
        """Make one client for each different ``key``, as its latest appointment describes them."""
        latest = appointments.values("provider", key).annotate(latest=Max("pk")).values("latest")
        rows = self.appointments.objects.filter(pk__in=latest).order_by("pk")
        described = rows.values("provider_id", **DESCRIBED)
        made = (self.clients(**_fields(row)) for row in described.iterator())
        self.clients.objects.bulk_create(made, ROWS_AT_ONCE, ignore_conflicts=True)

    def _link(self, appointments: QuerySet[Any], **same: OuterRef) -> None:
        fitting = self.clients.objects.filter(provider=OuterRef("provider"), **same)
        first = Subquery(fitting.order_by("pk").values("pk")[:1])
        appointments.update(client=first)

    def _link_names(self) -> None:
        """Make one client for each appointment with nothing but a name."""
        nameless = Q(guest_name="") | ~Q(guest_email="") | ~Q(guest_phone="")
        rows = list(self._left().filter(customer=None).exclude(nameless).order_by("pk"))
        for row in rows:
            row.client = self.clients(provider_id=row.provider_id, name=row.guest_name)
        self.clients.objects.bulk_create([row.client for row in rows], ROWS_AT_ONCE)
        for row in rows:
            row.client_id = row.client.pk
        self.appointments.objects.bulk_update(rows, ["client"], ROWS_AT_ONCE)


def _told(guest: str, account: str) -> Coalesce:
    """Return what the guest typed, else what the account says."""
    typed = NullIf(F(guest), Value(""))
    return Coalesce(typed, F(account), Value(""), output_field=TextField())


DESCRIBED: Mapping[str, Any] = {
    "account": F("customer"),
    "told_name": _told("guest_name", "customer__name"),
    "told_email": Lower(_told("guest_email", "customer__email")),
    "told_phone": _told("guest_phone", "customer__phone"),
}


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a client from a described appointment."""
    email, phone = row["told_email"], row["told_phone"]
    identity = f"email:{email}" if email else f"phone:{phone}"
    return {
        "provider_id": row["provider_id"],
        "user_id": row["account"],
        "identity": f"user:{row['account']}" if row["account"] else identity,
        "name": row["told_name"],
        "email": email,
        "phone": phone,
    }


def _batches(providers: Any) -> Iterator[list[int]]:
    last = 0
    while True:
        rows = providers.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        batch = list(rows[:PROVIDERS_AT_ONCE])
        if not batch:
            return
        yield batch
        last = batch[-1]


class Migration(migrations.Migration):
    """Data only; going back leaves the rows, which nothing read before."""

    dependencies = (("booking", "0007_asked_to_choose"),)

    operations = (migrations.RunPython(link, migrations.RunPython.noop, elidable=True),)
