"""Find a provider: the front page, the list, and a provider's own page."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking.basket import read_basket
from booking.domain.cities import list_cities
from booking.domain.next_free import load_next_free
from booking.preview import link_preview
from booking.views.answers import keep_private
from booking.views.embed import embeddable, is_embedded, keep_embed
from booking.views.lookup import logged_in
from booking.views.moved import follow_moves, is_hidden
from booking.views.reviews import newest_reviews
from booking.whatsapp import whatsapp_link
from booking.words import say_duration, say_price, say_when
from project import clock, pictures
from project.access import public
from project.htmx import PageRequest, render_page
from project.numbers import parse_number
from project.prepared import Prepared
from providers.domain.favourites import is_kept, kept_ids
from providers.domain.places import map_url
from providers.models import Category, Product, Provider, Service, Staff, WeeklyHours
from providers.models.hours import clock_face
from providers.models.provider import ProviderQuerySet, mean_stars

PAGE_SIZE = 20
LAST_PAGE = 500
"""Nobody reads so far; machines that do would make the database count."""

FEATURED = 6
MOST_FIRST = 6
"""How many favourites stand above the results; the page of favourites has them all."""

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
    """A provider in a list, in texts: ``initials`` and ``colour`` stand for a missing picture."""

    pk: str
    slug: str
    url: str
    name: str
    meta: str
    initials: str
    colour: str
    picture: str
    sharp_picture: str
    stars: Decimal | None
    reviews: int

    @classmethod
    def of(  # noqa: PLR0917 - the columns of a row, in their order
        cls,
        pk: int,
        slug: str,
        name: str,
        category: str,
        city: str,
        picture: str,
        rating_total: int,
        rating_count: int,
    ) -> Self:
        """Return the card of a provider."""
        return cls(
            pk=str(pk),
            slug=slug,
            url=reverse("provider_detail", args=[slug]),
            name=name,
            meta=f"{category} · {city}",
            initials="".join(word[0] for word in name.split()[:2]),
            colour=f"c{pk % 10}",
            picture=pictures.url(picture, 96) if picture else "",
            sharp_picture=pictures.url(picture, 192) if picture else "",
            stars=mean_stars(rating_total, rating_count),
            reviews=rating_count,
        )


CARD_COLUMNS = (
    *("pk", "slug", "name", "category__name", "city", "picture"),
    *("rating_total", "rating_count"),
)

CATEGORIES = Prepared(lambda: Category.objects.values_list("slug", "name", "icon"))
"""The few of them are on every list."""


@public
@require_safe
def home(request: PageRequest) -> HttpResponse:
    """Show the search box, the categories and some providers to start with."""
    featured = Provider.objects.listed().featured()
    rows = featured.values_list(*CARD_COLUMNS)[:FEATURED]
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
    kept = kept_ids(user) if (user := logged_in(request)) else []
    first = [Card.of(*row) for row in _kept_rows(found, kept)]
    skip = (search.page - 1) * PAGE_SIZE
    # One more than is shown says whether there is a next page, without counting.
    rows = found.exclude(pk__in=[card.pk for card in first]).values_list(*CARD_COLUMNS)
    cards = [Card.of(*row) for row in rows[skip : skip + PAGE_SIZE + 1]]
    context = {
        "cards": cards[:PAGE_SIZE],
        "categories": CATEGORIES.rows(),
        "cities": list_cities(),
        "earlier": search.url(page=search.page - 1) if search.page > 1 else "",
        "first": first if search.page == 1 else [],
        "first_free_url": _next_free_url(first),
        "kept": {str(pk) for pk in kept},
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
@follow_moves
@embeddable
def provider_detail(request: PageRequest, slug: str) -> HttpResponse:
    """Show a provider: what can be booked, who works there, when and where.

    ``?staff=`` narrows the services to those of one person, and leads to that person's times.
    """
    provider = _find_provider(slug)
    hidden = is_hidden(request, provider)
    today = clock.now().astimezone(provider.tz).weekday()
    person = _read_person(request, provider)
    user = logged_in(request)
    keep = ({"staff": str(person.pk)} if person else {}) | keep_embed(request)
    context = {
        "basket": _basket_count(request, provider),
        "embed": is_embedded(request),
        "directions": map_url(provider),
        "groups": _group(provider, person, f"?{urlencode(keep)}" if keep else ""),
        "hidden": hidden,
        "hours": _week(list(provider.weekly_hours.all()), today=today),
        "kept": user is not None and is_kept(provider, user),
        "people": list(provider.staff.all()),
        "person": person,
        "preview": link_preview(
            provider,
            title=provider.name,
            description=provider.description or f"Book a time at {provider.name}.",
            path=provider.get_absolute_url(),
        ),
        "provider": provider,
        "reviews": newest_reviews(provider),
        "shelves": _shelves(provider),
        "whatsapp": whatsapp_link(provider.phone, f"Hello {provider.name}, "),
        "whole_url": provider.get_absolute_url() + ("?embed=1" if is_embedded(request) else ""),
    }
    response = render(request, "booking/provider.html", context)
    return keep_private(response) if hidden else response


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


def _kept_rows(found: ProviderQuerySet, kept: list[int]) -> list[tuple[Any, ...]]:
    """Return what stands above the results: some of what the person keeps and the search finds.

    No query for whoever keeps nothing. On every page the same, so that each provider is listed
    once.
    """
    return list(found.filter(pk__in=kept).values_list(*CARD_COLUMNS)[:MOST_FIRST]) if kept else []


def _next_free_url(cards: list[Card]) -> str:
    ids = ",".join(card.pk for card in cards)
    return f"{reverse('next_free')}?ids={ids}" if ids else ""


def _find_provider(slug: str) -> Provider:
    """Return the provider, public or not, with all that its page shows."""
    services = Service.objects.active().select_related("category")
    services = services.prefetch_related(Prefetch("staff", Staff.objects.active()))
    providers = Provider.objects.select_related("category")
    return get_object_or_404(
        providers.prefetch_related(
            Prefetch("services", services),
            Prefetch("staff", Staff.objects.active()),
            Prefetch("weekly_hours", WeeklyHours.objects.filter(staff=None)),
            Prefetch("products", Product.objects.active()),
        ),
        slug=slug,
    )


def _read_person(request: PageRequest, provider: Provider) -> Staff | None:
    """Return whom the address asks for, if that person can be booked here."""
    chosen = parse_number(request.GET.get("staff", ""))
    return next((person for person in provider.staff.all() if person.pk == chosen), None)


def _group(
    provider: Provider, person: Staff | None, query: str
) -> list[tuple[str, list[dict[str, object]]]]:
    """Return the services, all or one person's, in rows by category, in the provider's order."""
    groups: dict[str, list[dict[str, object]]] = {}
    for service in provider.services.all():
        if person is None or (service.needs_staff and person in service.staff.all()):
            name = service.category.name if service.category else ""
            groups.setdefault(name, []).append(_row(service, provider, query))
    return list(groups.items())


def _row(service: Service, provider: Provider, query: str) -> dict[str, object]:
    """Return what a service's row says; ``query`` goes along to its times."""
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
        "url": reverse("booking", args=[provider.slug, service.slug]) + query,
    }


def _shelves(provider: Provider) -> list[tuple[str, list[Product]]]:
    """Return what is sold here by shelf, in the provider's order."""
    shelves: dict[str, list[Product]] = {}
    for product in provider.products.all():
        shelves.setdefault(product.category, []).append(product)
    return list(shelves.items())


def _basket_count(request: PageRequest, provider: Provider) -> int:
    """Return how many things of this business are in the visitor's basket."""
    basket = read_basket(request)
    return basket.count if basket.provider == provider.pk else 0


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
