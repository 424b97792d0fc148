"""Reviews, in the admin: hidden and shown through the domain, with a reason, never edited."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import F, QuerySet
from django.http import HttpRequest

from booking.domain.reviews import LONGEST_REASON, MOST_STARS, hide, settle, show
from booking.models import Review, ReviewReport
from booking.models.review import ReviewReportQuerySet
from booking.notifications.short import cut
from booking.words import draw_stars, one_line
from customers.models import User
from project import clock
from project.admin import LargeTable, ReadOnly, Rights, Rows
from project.errors import NguvaError

Filters = Sequence[tuple[str, str]]
LONGEST_LINE = 80


class ReasonForm(ActionForm):
    """The bar of actions, with what hiding needs."""

    reason = forms.CharField(required=False, max_length=LONGEST_REASON, label="Reason for hiding:")


class Judged(Rights):
    """Rows that nobody edits, but whoever may change them may act on."""

    def has_judge_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may hide, show and settle; everything else here is read-only."""
        return request.user.has_perm("booking.change_review")


class ReportInline(ReadOnly, Rows):
    """Who reported the review, and why."""

    model = ReviewReport
    fields = ("created_at", "by", "reason", "settled_at")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReviewReport]:
        return super().get_queryset(request).select_related("by")


class ShownFilter(admin.SimpleListFilter):
    """On the site, or hidden."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Filters:
        return [("yes", "Shown"), ("no", "Hidden")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        if self.value() is None:
            return queryset
        return queryset.filter(hidden_at__isnull=self.value() == "yes")


class StarsFilter(admin.SimpleListFilter):
    """One to five; they are known, so the table is not asked which there are."""

    title = "stars"
    parameter_name = "stars"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Filters:
        return [(str(stars), draw_stars(stars)) for stars in range(1, MOST_STARS + 1)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        known = {text: stars for stars, (text, _) in enumerate(self.lookup_choices, start=1)}
        chosen = known.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(rating=chosen)


class AnsweredFilter(admin.SimpleListFilter):
    """With an answer of the business, or without."""

    title = "answered"
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Filters:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        match self.value():
            case "yes":
                return queryset.exclude(reply="")
            case "no":
                return queryset.filter(reply="")
        return queryset


@admin.register(Review)
class ReviewAdmin(Judged, ReadOnly, LargeTable):
    """All reviews, to be hidden or shown again."""

    list_display = ("created_at", "rating", "provider", "author", "words", "answered", "shown")
    list_filter = (ShownFilter, StarsFilter, AnsweredFilter, "created_at")
    list_select_related = ("provider", "author")
    search_fields = (
        *("provider__slug__exact", "author__email", "appointment__reference__istartswith"),
        *("text", "reply"),
    )
    search_help_text = "A provider’s exact slug, the author’s email, a reference, or words"
    inlines = (ReportInline,)
    action_form = ReasonForm
    actions = ("hide", "show")

    @admin.display(description="text")
    def words(self, review: Review) -> str:
        return cut(one_line(review.text), LONGEST_LINE) or "–"

    @admin.display(description="answered", boolean=True)
    def answered(self, review: Review) -> bool:
        return bool(review.reply)

    @admin.display(description="shown", boolean=True)
    def shown(self, review: Review) -> bool:
        return review.hidden_at is None

    @admin.action(description="Hide, for the reason beside", permissions=["judge"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        reason, changed = request.POST.get("reason", ""), 0
        for review in queryset.filter(hidden_at=None):
            try:
                hide(review, by=_admin(request), reason=reason, now=clock.now())
            except NguvaError as error:
                self.message_user(request, error.message, messages.ERROR)
                return
            changed += 1
        self.message_user(request, f"Hidden: {changed}.", messages.SUCCESS)

    @admin.action(description="Show again", permissions=["judge"])
    def show(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        changed = 0
        for review in queryset.filter(hidden_at__isnull=False):
            show(review, by=_admin(request), now=clock.now())
            changed += 1
        self.message_user(request, f"Shown again: {changed}.", messages.SUCCESS)


class OpenFilter(admin.SimpleListFilter):
    """Those that wait, unless asked otherwise."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Filters:
        return [("open", "Open"), ("settled", "Settled")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ReviewReport]
    ) -> QuerySet[ReviewReport]:
        match self.value():
            case "open":
                return queryset.filter(settled_at__isnull=True)
            case "settled":
                return queryset.filter(settled_at__isnull=False)
        return queryset


@admin.register(ReviewReport)
class ReviewReportAdmin(Judged, ReadOnly, LargeTable):
    """What people reported, the open ones first."""

    list_display = ("created_at", "provider", "rating", "words", "by", "reason", "settled_at")
    list_filter = (OpenFilter, "created_at")
    list_select_related = ("review__provider", "by")
    search_fields = ("review__provider__slug__exact", "by__email", "reason", "review__text")
    search_help_text = "A provider’s exact slug, the reporter’s email, or words"
    action_form = ReasonForm
    actions = ("settle", "hide")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """The open ones first, on both databases."""
        return (F("settled_at").asc(nulls_first=True), "-pk")

    @admin.display(description="provider")
    def provider(self, report: ReviewReport) -> str:
        return str(report.review.provider)

    @admin.display(description="stars")
    def rating(self, report: ReviewReport) -> int:
        return report.review.rating

    @admin.display(description="the review")
    def words(self, report: ReviewReport) -> str:
        return cut(one_line(report.review.text), LONGEST_LINE) or "–"

    @admin.action(description="Settle: the review stays", permissions=["judge"])
    def settle(self, request: HttpRequest, queryset: ReviewReportQuerySet) -> None:
        settled = 0
        for report in queryset.open():
            settle(report, by=_admin(request), now=clock.now())
            settled += 1
        self.message_user(request, f"Settled: {settled}.", messages.SUCCESS)

    @admin.action(description="Hide the review, for the reason beside", permissions=["judge"])
    def hide(self, request: HttpRequest, queryset: ReviewReportQuerySet) -> None:
        """Hide what was reported, which settles all reports of it."""
        reason = request.POST.get("reason", "")
        reviews = Review.objects.filter(reports__in=queryset).distinct()
        try:
            for review in reviews:
                hide(review, by=_admin(request), reason=reason, now=clock.now())
        except NguvaError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        self.message_user(request, "Hidden.", messages.SUCCESS)


def _admin(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the admin is closed to everybody else
    return request.user
