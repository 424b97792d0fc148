"""From nothing to a business that can be booked: its basics, a first service, its hours.

How far somebody has come follows from what there is; nothing else is kept. Each step may be taken
again until the business is published.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db import IntegrityError, transaction

from customers.models import User
from project.db import retry_on_conflict
from project.errors import InvalidInput, NotAllowed
from providers.domain.catalogue import refresh_search_text
from providers.domain.kinds import get_category, kind_of
from providers.domain.locking import lock_provider
from providers.domain.places import COUNTRIES
from providers.domain.slugs import free_service_slug, free_slug
from providers.models import Provider, Resource, Service, Staff, WeeklyHours

MOST_DRAFTS = 5
"""Businesses that one account may have begun and not published."""

NAMESAKES = 4
"""How often an address is chosen anew."""


class Step(StrEnum):
    """The steps, in their order."""

    BUSINESS = "business"
    SERVICE = "service"
    HOURS = "hours"
    PREVIEW = "preview"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Basics:
    """What a business is, and where; ``category`` is a slug, ``country`` of COUNTRIES."""

    name: str
    category: str
    city: str
    country: str
    phone: str


@dataclass(frozen=True, slots=True)
class FirstService:
    """The service it begins with; ``duration`` in minutes, ``alone`` when nobody performs it."""

    name: str
    duration: int
    price: Decimal
    hourly: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class SimpleHours:
    """The same hours on each of some weekdays (Monday 0), in minutes since midnight."""

    days: tuple[int, ...]
    start: int
    end: int


def drafts_of(user: User) -> list[Provider]:
    """Return what ``user`` owns and has not published, the newest first."""
    drafts = Provider.objects.filter(owner=user, published=False)
    return list(drafts.select_related("category").order_by("-pk"))


def next_step(provider: Provider) -> Step:
    """Return the first step that is still to be taken."""
    if provider.published:
        return Step.PUBLISH
    if not provider.services.active().exists():
        return Step.SERVICE
    return Step.PREVIEW if provider.weekly_hours.exists() else Step.HOURS


def create_business(basics: Basics, *, by: User) -> Provider:
    """Begin a business that ``by`` owns and works at; nobody else sees it yet.

    A form that is sent twice gives the one that it gave before. Raises ``InvalidInput``.
    """
    for _ in range(NAMESAKES):
        try:
            return _create(basics, by=by)
        except IntegrityError:  # a namesake took the address at the same moment
            continue
    raise InvalidInput("Please send this again.", field="name")


@retry_on_conflict
def _create(basics: Basics, *, by: User) -> Provider:
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        drafts = drafts_of(by)
        for draft in drafts:
            if _same(draft, basics):
                return change_basics(draft, basics, by=by)
        if len(drafts) >= MOST_DRAFTS:
            message = "You have begun several businesses. Publish one of them first."
            raise InvalidInput(message, field="name")
        provider = Provider.objects.create(
            owner=by,
            slug=free_slug(basics.name),
            approved=not settings.PROVIDER_APPROVAL,
            **_columns(basics),
            **_usual_in(basics.country),
        )
        _make_owner_staff(provider, by)
        refresh_search_text(provider)
    return provider


@retry_on_conflict
def change_basics(provider: Provider, basics: Basics, *, by: User) -> Provider:
    """Change what a draft is; another country brings its usual clock and money.

    Raises ``NotAllowed`` for others than its owner, and when it is published meanwhile.
    """
    with transaction.atomic():
        draft = _lock_draft(provider, by)
        changes = _columns(basics)
        if draft.country != basics.country:
            changes |= _usual_in(basics.country)
        for name, value in changes.items():
            setattr(draft, name, value)
        draft.save(update_fields=list(changes))
        refresh_search_text(draft)
    return draft


def first_service(provider: Provider) -> Service | None:
    """Return the only service, as long as it is no more than the form that makes it can say."""
    found = list(provider.services.all()[:2])
    if len(found) != 1:
        return None
    (only,) = found
    plain = only.active and not only.is_class
    usual = only.min_duration is None and only.buffer_before is None and only.buffer_after is None
    return only if plain and usual and _is_performed_as_made(only) else None


@retry_on_conflict
def set_first_service(provider: Provider, wanted: FirstService, *, by: User) -> Service:
    """Give a draft its first service, or change it. Its owner performs it, unless ``alone``.

    Who performs it and what it needs are left alone unless just that is answered differently.
    Raises ``NotAllowed`` for others than its owner, when it is published meanwhile, and when its
    services are more than this can say.
    """
    with transaction.atomic():
        draft = _lock_draft(provider, by)
        known = first_service(draft)
        if known is None and draft.services.exists():
            raise NotAllowed("What you offer is more than this page can change.")
        service = known or _new_service(draft, wanted.name)
        answered_alike = known is not None and known.needs_staff != wanted.alone
        _fill(service, wanted)
        if not answered_alike:
            _give_performer(service, alone=wanted.alone, by=by)
        refresh_search_text(draft)
    return service


def usual_hours(provider: Provider) -> SimpleHours:
    """Return the hours that such businesses often have."""
    kind = kind_of(provider.category.slug)
    return SimpleHours(tuple(kind.days), kind.opens, kind.closes)


def simple_hours(provider: Provider) -> SimpleHours | None:
    """Return the opening hours when one line says them; ``None`` for none and for more."""
    rows = provider.weekly_hours.filter(staff=None)
    found = list(rows.values_list("weekday", "start_minute", "end_minute"))
    days = tuple(weekday for weekday, _, _ in found)
    if len({face[1:] for face in found}) != 1 or len(set(days)) != len(days):
        return None
    return SimpleHours(days, *found[0][1:])


def has_own_plan(provider: Provider) -> bool:
    """Whether its hours are more than the one line that is asked for here."""
    return provider.weekly_hours.exists() and simple_hours(provider) is None


@retry_on_conflict
def set_simple_hours(
    provider: Provider, *, days: Collection[int], start: int, end: int, by: User
) -> None:
    """Open a draft on ``days`` from ``start`` to ``end``, in place of what was said before.

    Raises ``InvalidInput`` for hours that cannot be, and ``NotAllowed`` for others than its owner,
    when it is published meanwhile, and when its hours are more than this can say.
    """
    if not days:
        raise InvalidInput("Tick the days on which you work.", field="days")
    if not 0 <= start < end <= 24 * 60:
        raise InvalidInput("Closing must come after opening.", field="until")
    with transaction.atomic():
        draft = _lock_draft(provider, by)
        if has_own_plan(draft):
            raise NotAllowed("Your hours differ from day to day. Change them under Hours.")
        draft.weekly_hours.filter(staff=None).delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(provider=draft, weekday=day, start_minute=start, end_minute=end)
            for day in sorted(set(days))
        )


def _same(draft: Provider, basics: Basics) -> bool:
    ours, theirs = (draft.name, draft.city), (basics.name, basics.city)
    return [text.lower() for text in ours] == [text.lower() for text in theirs]


def _lock_draft(provider: Provider, by: User) -> Provider:
    locked = lock_provider(provider.pk)
    if locked.owner_id != by.pk:
        raise NotAllowed
    if locked.published:
        raise NotAllowed("Your page is published already. Change it from here.")
    return locked


def _columns(basics: Basics) -> dict[str, object]:
    return {
        "name": basics.name,
        "category": get_category(basics.category),
        "city": _known_city(basics.city, basics.country),
        "country": basics.country,
        "phone": basics.phone,
    }


def _known_city(city: str, country: str) -> str:
    """Write a city as others there write it: the list is narrowed by its exact name."""
    others = Provider.objects.listed().filter(country=country, city__iexact=city)
    return others.values_list("city", flat=True).first() or city


def _usual_in(country: str) -> dict[str, str]:
    usual = COUNTRIES[country]
    return {"timezone": usual.timezone, "currency": usual.currency}


def _make_owner_staff(provider: Provider, owner: User) -> Staff:
    """Return the owner as somebody who can be booked; made or brought back where needed."""
    name = (owner.name or owner.email.partition("@")[0])[:120]
    values = {"name": name, "role": Staff.Role.MANAGER}
    person, _ = Staff.objects.get_or_create(provider=provider, user=owner, defaults=values)
    if not person.active:
        person.active = True
        person.save(update_fields=["active"])
    return person


def _is_performed_as_made(service: Service) -> bool:
    """Whether the owner performs it and nothing is needed; or nobody does, with one resource."""
    people = [(each.user_id, each.active) for each in service.staff.all()]
    needed = service.resources.count()
    if service.needs_staff:
        return people == [(service.provider.owner_id, True)] and not needed
    return not people and needed == 1


def _new_service(draft: Provider, name: str) -> Service:
    slug = free_service_slug(draft, name)
    return Service(provider=draft, slug=slug, category=draft.category)


def _fill(service: Service, wanted: FirstService) -> None:
    service.name, service.duration, service.price = wanted.name, wanted.duration, wanted.price
    service.pricing = Service.Pricing.HOURLY if wanted.hourly else Service.Pricing.FIXED
    service.needs_staff = not wanted.alone
    service.save()


def _give_performer(service: Service, *, alone: bool, by: User) -> None:
    """Let the owner perform it; what is rented by itself needs the thing that is rented."""
    if not alone:
        service.staff.set([_make_owner_staff(service.provider, by)])
        service.resources.clear()
        return
    service.staff.clear()
    thing = service.resources.first()
    if thing is None:
        thing, _ = Resource.objects.get_or_create(provider=service.provider, name=service.name)
    service.resources.set([thing])
