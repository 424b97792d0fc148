"""Fill an empty installation with data to try, or with as much as measuring needs."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from booking.demo import market
from booking.demo.build import build_accounts, build_businesses
from booking.demo.orders import build_orders
from booking.demo.reviews import build_reviews
from booking.demo.scale import Plan, load
from booking.demo.visits import build_visits
from project import clock
from providers.models import Provider


class Command(BaseCommand):
    help = (
        "Makes a demo market with logins (password: nguva-demo), or, with --providers and "
        "--appointments, loads rows in bulk for measuring. Refused when DEBUG is off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing, quietly, when there is a provider already or DEBUG is off",
        )
        parser.add_argument("--providers", type=int, metavar="N", help="bulk: ordinary providers")
        parser.add_argument(
            "--appointments",
            type=int,
            metavar="M",
            help="bulk: appointments in all; those that fill scale-full come on top",
        )
        parser.add_argument(
            "--busy",
            type=int,
            metavar="B",
            help="bulk: how many of them belong to scale-busy (default: a twentieth of M)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and (not settings.DEBUG or Provider.objects.exists()):
            return
        if not settings.DEBUG:
            raise CommandError(
                "Demo data comes with well-known passwords; it is refused when DEBUG is off."
            )
        if options["providers"] is None and options["appointments"] is None:
            self._make_market()
        else:
            self._load_scale(options)

    def _make_market(self) -> None:
        if Provider.objects.filter(slug__in=[shop.slug for shop in market.SHOPS]).exists():
            self.stdout.write("The demo market is there already; nothing changed.")
            return
        begun = time.perf_counter()
        now = clock.now()
        with transaction.atomic():
            people = build_accounts()
            businesses = build_businesses(market.SHOPS, now=now)
            visits = build_visits(businesses, customer=people[market.CUSTOMER], now=now)
            build_orders(businesses, customer=people[market.CUSTOMER], now=now)
            build_reviews(businesses, customer=people[market.CUSTOMER], now=now)
        seconds = time.perf_counter() - begun
        self.stdout.write(f"{len(businesses)} providers, {visits} appointments ({seconds:.1f} s).")
        self.stdout.write(f"Logins, all with the password {market.PASSWORD}:")
        self.stdout.writelines(f"  {email}\n" for email in people)

    def _load_scale(self, options: dict[str, Any]) -> None:
        try:
            plan = Plan.of(
                providers=options["providers"] or 0,
                appointments=options["appointments"] or 0,
                busy=options["busy"],
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        if Provider.objects.filter(slug__startswith="scale-").exists():
            self.stdout.write("Scale data is there already; nothing changed.")
            return
        for line in load(plan, now=clock.now()):
            self.stdout.write(line)
