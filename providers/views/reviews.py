"""What customers say of the business, and its answers: for the owner and managers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.domain.reviews import reply, report
from booking.forms import ReportForm
from booking.models import Review
from booking.models.review import ReviewQuerySet
from booking.views.answers import see_other
from project import clock
from project.errors import NguvaError
from project.htmx import render_page
from providers.forms.reviews import ReplyForm
from providers.views.access import BusinessRequest, address, business_context, manager, member
from providers.views.paging import take_page

SHOWS = {"all": "All", "open": "Not answered"}


@manager
@require_safe
def review_list(request: BusinessRequest) -> HttpResponse:
    """Show the reviews, newest first, all or those without an answer."""
    show = request.GET.get("show", "all")
    if show not in SHOWS:
        raise Http404
    found = _reviews(request).unanswered() if show == "open" else _reviews(request)
    page = take_page(found.newest(), request)
    context = business_context(request, here="provider_business") | {
        "page": page,
        "rows": [(each, address(request, "provider_review", each.pk)) for each in page.rows],
        "show": show,
        "shows": [
            (name, label, address(request, "provider_reviews", show=name))
            for name, label in SHOWS.items()
        ],
    }
    fragments = {"reviews": "providers/_reviews.html"}
    return render_page(request, "providers/reviews.html", context, fragments=fragments)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def review_detail(request: BusinessRequest, review_id: int) -> HttpResponse:
    """Show one review, and answer it in public or change the answer."""
    review = _get(request, review_id)
    form = ReplyForm(
        request.POST if request.method == "POST" else None, initial={"text": review.reply}
    )
    if not form.is_bound or not form.is_valid():
        return _show(request, review, form=form, status=422 if form.is_bound else 200)
    try:
        reply(review, by=request.user, text=form.cleaned_data["text"], now=clock.now())
    except NguvaError as refusal:
        return _show(request, review, form=form, error=refusal, status=409)
    messages.success(request, "Your answer is on your page.")
    return see_other(address(request, "provider_review", review.pk))


@member
@require_POST
def review_report(request: BusinessRequest, review_id: int) -> HttpResponse:
    """Have an administrator look at a review; a repeat is harmless."""
    review = _get(request, review_id)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _show(request, review, report_form=form, status=422)
    try:
        report(review, by=request.user, reason=form.cleaned_data["reason"], now=clock.now())
    except NguvaError as refusal:
        return _show(request, review, error=refusal, status=409)
    messages.success(request, "Reported. Somebody at Nguva will look at it.")
    return see_other(address(request, "provider_review", review.pk))


def _reviews(request: BusinessRequest) -> ReviewQuerySet:
    """Return what everybody may read of the business, with whom and what each is about."""
    return _with_visit(Review.objects.shown().for_provider(request.membership.provider))


def _get(request: BusinessRequest, review_id: int) -> Review:
    """Return a review of a business that is the person's to speak for; else raise ``Http404``.

    Messages name the review alone, so its business becomes the one that the page is about.
    """
    places = [place for place in request.memberships if place.sees_all]
    shown = Review.objects.shown().filter(provider__in=[place.provider.pk for place in places])
    review = get_object_or_404(_with_visit(shown), pk=review_id)
    [request.membership] = [one for one in places if one.provider.pk == review.provider_id]
    return review


def _with_visit(reviews: ReviewQuerySet) -> ReviewQuerySet:
    return reviews.select_related(
        "author", "appointment__customer", "appointment__service", "appointment__staff"
    )


def _show(
    request: BusinessRequest,
    review: Review,
    *,
    form: ReplyForm | None = None,
    report_form: ReportForm | None = None,
    error: NguvaError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = business_context(request, here="provider_business") | {
        "error": error,
        "form": form or ReplyForm(initial={"text": review.reply}),
        "report_form": report_form or ReportForm(),
        "report_url": address(request, "provider_review_report", review.pk),
        "reported": review.reports.filter(by=request.user).exists(),
        "review": review,
        "list_url": address(request, "provider_reviews"),
    }
    return render(request, "providers/review.html", context, status=status)
