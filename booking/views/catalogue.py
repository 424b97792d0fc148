"""Find a provider: the front page, the list, and a provider's own page."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking.domain.cities import list_cities
from booking.domain.next_free import load_next_free
from booking.views.asking import parse_number
from booking.words import say_duration, say_price, say_when
from project import clock
from project.access import public
from project.htmx import PageRequest, render_page
from project.prepared import Prepared
from providers.models import Category, Provider, Service, Staff, WeeklyHours
from providers.models.hours import clock_face

PAGE_SIZE = 20
LAST_PAGE = 500
"""Nobody reads so far; machines that do would make the database count."""

FEATURED = 6
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Search:
    """What the list is narrowed to; empty texts narrow nothing."""

    text: str
    city: str
    category: str
    page: int

    def url(self, **changes: object) -> str:
        """Return the address of this search with ``changes``."""
        values = {"q": self.text, "city": self.city, "category": self.category, "page": self.page}
        values |= {name: str(value) for name, value in changes.items()}
        params = {name: str(value) for name, value in values.items() if str(value) not in {"", "1"}}
        path = reverse("provider_list")
        return f"{path}?{urlencode(params)}" if params else path


@dataclass(frozen=True, slots=True)
class Card:
    """A provider in a list, in texts: ``initials`` and ``colour`` make its picture."""

    pk: str
    url: str
    name: str
    meta: str
    initials: str
    colour: str

    @classmethod
    def of(cls, pk: int, slug: str, name: str, category: str, city: str) -> Self:
        """Return the card of a provider."""
        return cls(
            pk=str(pk),
            url=reverse("provider_detail", args=[slug]),
            name=name,
            meta=f"{category} · {city}",
            initials="".join(word[0] for word in name.split()[:2]),
            colour=f"c{pk % 10}",
        )


CATEGORIES = Prepared(lambda: Category.objects.values_list("slug", "name", "icon"))
"""The few of them are on every list."""


@public
@require_safe
def home(request: PageRequest) -> HttpResponse:
    """Show the search box, the categories and some providers to start with."""
    featured = Provider.objects.listed().featured()
    rows = featured.values_list("pk", "slug", "name", "category__name", "city")[:FEATURED]
    context = {
        "cards": [Card.of(*row) for row in rows],
        "categories": CATEGORIES.rows(),
        "cities": list_cities(),
    }
    return render(request, "booking/home.html", context)


@public
@require_safe
def provider_list(request: PageRequest) -> HttpResponse:
    """List providers, narrowed by category, city and words; HTMX gets the results alone."""
    search = _read_search(request)
    found = Provider.objects.listed().matching(search.text)
    if search.city:
        found = found.in_city(search.city)
    if search.category:
        found = found.of_category(search.category)
    skip = (search.page - 1) * PAGE_SIZE
    # One more than is shown says whether there is a next page, without counting.
    rows = found.values_list("pk", "slug", "name", "category__name", "city")
    cards = [Card.of(*row) for row in rows[skip : skip + PAGE_SIZE + 1]]
    context = {
        "cards": cards[:PAGE_SIZE],
        "categories": CATEGORIES.rows(),
        "cities": list_cities(),
        "earlier": search.url(page=search.page - 1) if search.page > 1 else "",
        "later": search.url(page=search.page + 1) if len(cards) > PAGE_SIZE else "",
        "next_free_url": _next_free_url(cards[:PAGE_SIZE]),
        "search": search,
    }
    fragments = {"results": "booking/_results.html"}
    return render_page(request, "booking/provider_list.html", context, fragments=fragments)


@public
@require_safe
def next_free(request: PageRequest) -> HttpResponse:
    """Tell the next free time of up to 20 providers at once, each to be put into its card."""
    now = clock.now()
    texts = request.GET.get("ids", "").split(",")[:PAGE_SIZE]
    ids = {number for text in texts if (number := parse_number(text)) is not None}
    providers = list(Provider.objects.listed().filter(pk__in=ids))
    starts = load_next_free(providers, now=now)
    times = [
        (provider.pk, say_when(start, provider.tz, now=now) if start else "")
        for provider in providers
        for start in [starts[provider.pk]]
    ]
    response = render(request, "booking/_next_free.html", {"times": times})
    response["Cache-Control"] = "private, max-age=30"
    return response


@public
@require_safe
def provider_detail(request: PageRequest, slug: str) -> HttpResponse:
    """Show a provider: what can be booked, who works there, when and where."""
    services = Service.objects.active().select_related("category")
    services = services.prefetch_related(Prefetch("staff", Staff.objects.active()))
    providers = Provider.objects.listed().select_related("category")
    provider = get_object_or_404(
        providers.prefetch_related(
            Prefetch("services", services),
            Prefetch("staff", Staff.objects.active()),
            Prefetch("weekly_hours", WeeklyHours.objects.filter(staff=None)),
        ),
        slug=slug,
    )
    today = clock.now().astimezone(provider.tz).weekday()
    context = {
        "groups": _group(provider),
        "hours": _week(list(provider.weekly_hours.all()), today=today),
        "people": list(provider.staff.all()),
        "provider": provider,
    }
    return render(request, "booking/provider.html", context)


def _read_search(request: PageRequest) -> Search:
    """Read a search leniently: what cannot be read narrows nothing."""
    params = {name: value.replace("\0", "").strip() for name, value in request.GET.dict().items()}
    page = parse_number(params.get("page", "")) or 1
    return Search(
        text=params.get("q", "")[:LONGEST_SEARCH],
        city=params.get("city", "")[:LONGEST_SEARCH],
        category=params.get("category", "")[:LONGEST_SEARCH],
        page=min(page, LAST_PAGE),
    )


def _next_free_url(cards: list[Card]) -> str:
    ids = ",".join(card.pk for card in cards)
    return f"{reverse('next_free')}?ids={ids}" if ids else ""


def _group(provider: Provider) -> list[tuple[str, list[dict[str, object]]]]:
    """Return the services in rows by category, in the provider's order."""
    groups: dict[str, list[dict[str, object]]] = {}
    for service in provider.services.all():
        name = service.category.name if service.category else ""
        groups.setdefault(name, []).append(_row(service, provider))
    return list(groups.items())


def _row(service: Service, provider: Provider) -> dict[str, object]:
    """Return what a service's row says."""
    lengths = service.durations
    length = say_duration(service.duration)
    if len(lengths) > 1:
        length = f"{say_duration(lengths[0])} to {say_duration(lengths[-1])}"
    price = say_price(service.price, provider.currency)
    if service.price and service.pricing == Service.Pricing.HOURLY:
        price += " an hour"
    elif service.price and service.is_class:
        price += " each"
    return {
        "service": service,
        "length": length,
        "people": [person.name for person in service.staff.all()],
        "price": price,
        "url": reverse("booking", args=[provider.slug, service.slug]),
    }


def _week(opening: list[WeeklyHours], *, today: int) -> list[dict[str, object]]:
    """Return the opening hours of the seven weekdays, in words."""
    faces: dict[int, list[str]] = {}
    for hours in opening:
        face = clock_face(hours.start_minute, hours.end_minute)
        faces.setdefault(hours.weekday, []).append(face)
    return [
        {"name": day.label, "hours": ", ".join(faces.get(day, [])), "today": day == today}
        for day in WeeklyHours.Weekday
    ]
