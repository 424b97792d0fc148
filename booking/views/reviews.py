"""What customers say of a business, for everybody to read; and a report of what should not stand.

Only first names are shown. How many there are is in the provider's row, so nothing is counted.
"""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from booking.domain.reviews import report
from booking.forms import ReportForm
from booking.models import Review
from booking.models.review import ReviewQuerySet
from booking.views.answers import keep_private, see_other
from booking.views.lookup import logged_in
from booking.views.moved import follow_moves, is_hidden
from project import clock
from project.access import customer, public
from project.errors import NguvaError
from project.htmx import MemberRequest, PageRequest, render_page
from providers.models import Provider

if TYPE_CHECKING:  # takes a type parameter only in the stubs
    Pages = Paginator[Review]
else:
    Pages = Paginator

PAGE_SIZE = 10
NEWEST = 3
"""How many a provider's own page shows."""

SORTS = {"newest": "Newest", "best": "Best", "worst": "Worst"}


class CountedPages(Pages):
    """Pages of a list whose length is known already."""

    def __init__(self, found: ReviewQuerySet, *, total: int) -> None:
        super().__init__(found, PAGE_SIZE)
        self.total = total

    @property
    def count(self) -> int:
        """The number of rows, without a query."""
        return self.total


def newest_reviews(provider: Provider) -> list[Review]:
    """Return what a provider's page shows of its reviews: no query where there are none."""
    if not provider.rating_count:
        return []
    return list(_reviews(provider).newest()[:NEWEST])


@public
@require_safe
@follow_moves
def review_list(request: PageRequest, slug: str) -> HttpResponse:
    """Show the reviews a page at a time, sorted as the address says; HTMX gets the list alone."""
    provider = get_object_or_404(Provider.objects.select_related("category"), slug=slug)
    hidden = is_hidden(request, provider)
    sort = request.GET.get("sort", "newest")
    if sort not in SORTS:
        raise Http404
    found: ReviewQuerySet = getattr(_reviews(provider), sort)()
    path = reverse("review_list", args=[slug])
    context = {
        "page": CountedPages(found, total=provider.rating_count).get_page(request.GET.get("page")),
        "provider": provider,
        "reader": logged_in(request),
        "sort": sort,
        "sorts": [(name, label, f"{path}?sort={name}") for name, label in SORTS.items()],
    }
    fragments = {"reviews": "booking/_reviews.html"}
    response = render_page(request, "booking/reviews.html", context, fragments=fragments)
    return keep_private(response) if hidden else response


@customer
@require_http_methods(["GET", "HEAD", "POST"])
def review_report(request: MemberRequest, slug: str, review_id: int) -> HttpResponse:
    """Ask why, then have an administrator look at it; a repeat is harmless."""
    provider = get_object_or_404(Provider, slug=slug)
    is_hidden(request, provider)
    review = get_object_or_404(_reviews(provider), pk=review_id)
    form = ReportForm(request.POST if request.method == "POST" else None)
    error = None
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            report(review, by=request.user, reason=reason, now=clock.now())
        except NguvaError as refusal:
            error = refusal
        else:
            messages.success(request, "Thank you. Somebody at Nguva will look at it.")
            return see_other(reverse("review_list", args=[slug]))
    context = {"error": error, "form": form, "provider": provider, "review": review}
    status = 409 if error else 422 if form.errors else 200
    return render(request, "booking/review_report.html", context, status=status)


def _reviews(provider: Provider) -> ReviewQuerySet:
    return Review.objects.shown().for_provider(provider).select_related("author")
