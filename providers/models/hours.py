"""When a business and its people work, in the wall-clock time of the provider's timezone."""

from django.db import models
from django.db.models import F, Q

from providers.models.belonging import check_same_business
from providers.models.provider import Provider, Staff
from providers.models.service import Resource

MINUTES_A_DAY = 24 * 60


class WeeklyHours(models.Model):
    """One interval of the week; ``staff`` empty means the opening hours of the business."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="weekly_hours")
    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="weekly_hours", null=True, blank=True
    )
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start_minute = models.PositiveSmallIntegerField(help_text="Minutes since midnight.")
    end_minute = models.PositiveSmallIntegerField(help_text="Minutes since midnight, up to 1440.")

    class Meta:
        ordering = ("weekday", "start_minute")
        verbose_name_plural = "weekly hours"
        constraints = (
            models.CheckConstraint(
                condition=Q(end_minute__gt=F("start_minute"), end_minute__lte=MINUTES_A_DAY),
                name="weekly_hours_in_order",
                violation_error_message="Closing must come after opening, on the same day.",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_weekday"),
        )

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock_face(self.start_minute, self.end_minute)}"

    def clean(self) -> None:
        """Keep to the business's own people."""
        super().clean()
        check_same_business(self.provider_id, staff=[self.staff])


class DateOverride(models.Model):
    """Special hours on one date, in place of the weekly ones; without times: closed that day."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="date_overrides")
    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="date_overrides", null=True, blank=True
    )
    date = models.DateField()
    start_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    end_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("date", "start_minute")
        indexes = (models.Index(fields=["provider", "date"], name="override_by_date"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(start_minute__isnull=True, end_minute__isnull=True)
                | Q(end_minute__gt=F("start_minute"), end_minute__lte=MINUTES_A_DAY),
                name="override_in_order",
                violation_error_message="Give both times in order, or none for a closed day.",
            ),
        )

    def __str__(self) -> str:
        if self.start_minute is None or self.end_minute is None:
            return f"{self.date:%d %b %Y} closed"
        return f"{self.date:%d %b %Y} {clock_face(self.start_minute, self.end_minute)}"

    def clean(self) -> None:
        """Keep to the business's own people."""
        super().clean()
        check_same_business(self.provider_id, staff=[self.staff])


class TimeOffRule(models.Model):
    """Time off that comes again: every Tuesday 13:00–14:00, in the provider's wall-clock time.

    Each time it comes is a row of ``TimeOff``, written ahead as far as anybody can book; the rule
    says which ones to write next.
    """

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="time_off_rules")
    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="time_off_rules", null=True, blank=True
    )
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="time_off_rules", null=True, blank=True
    )
    rrule = models.CharField(max_length=200, help_text="RFC 5545: FREQ=WEEKLY;BYDAY=TU")
    first = models.DateField(help_text="The date it is counted from.")
    start_minute = models.PositiveSmallIntegerField(help_text="Minutes since midnight.")
    end_minute = models.PositiveSmallIntegerField(help_text="Minutes since midnight, up to 1440.")
    reason = models.CharField(max_length=200, blank=True)
    written_until = models.DateField(
        null=True, editable=False, help_text="Up to here each time it comes is a row."
    )
    skipped = models.JSONField(
        default=list, editable=False, help_text="Dates that were taken out, as RFC 5545's EXDATE."
    )

    class Meta:
        ordering = ("first", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(end_minute__gt=F("start_minute"), end_minute__lte=MINUTES_A_DAY),
                name="time_off_rule_in_order",
                violation_error_message="The end must come after the start, on the same day.",
            ),
            models.CheckConstraint(
                condition=Q(staff__isnull=True) | Q(resource__isnull=True),
                name="time_off_rule_for_one",
                violation_error_message="Choose a staff member or a resource, not both.",
            ),
        )

    def __str__(self) -> str:
        return f"{clock_face(self.start_minute, self.end_minute)} {self.rrule}"

    def clean(self) -> None:
        """Keep to the business's own people and resources."""
        super().clean()
        check_same_business(self.provider_id, staff=[self.staff], resource=[self.resource])


class TimeOff(models.Model):
    """A block of time in which nobody can be booked.

    It is for one staff member, for one resource (all its units), or, with neither, for the whole
    business.
    """

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="time_off")
    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="time_off", null=True, blank=True
    )
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="time_off", null=True, blank=True
    )
    rule = models.ForeignKey(
        TimeOffRule, on_delete=models.CASCADE, related_name="times", null=True, blank=True
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("start",)
        verbose_name_plural = "time off"
        indexes = (models.Index(fields=["provider", "end"], name="time_off_by_end"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="time_off_in_order",
                violation_error_message="The end must come after the start.",
            ),
            models.CheckConstraint(
                condition=Q(staff__isnull=True) | Q(resource__isnull=True),
                name="time_off_for_one",
                violation_error_message="Choose a staff member or a resource, not both.",
            ),
            models.UniqueConstraint(fields=["rule", "start"], name="time_off_once_per_rule"),
        )

    def __str__(self) -> str:
        return f"{self.start:%d %b %Y %H:%M}–{self.end:%d %b %Y %H:%M} UTC"

    def clean(self) -> None:
        """Keep to the business's own people and resources."""
        super().clean()
        check_same_business(self.provider_id, staff=[self.staff], resource=[self.resource])


def clock_face(start_minute: int, end_minute: int) -> str:
    """Write minutes since midnight as ``08:00–17:30``."""
    return "–".join(
        f"{minute // 60:02d}:{minute % 60:02d}" for minute in (start_minute, end_minute)
    )
