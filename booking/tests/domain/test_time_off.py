"""Time off: once, repeating, written ahead, given back, and after a change of the timezone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from booking.domain.free_time import load_free_time, make_ask
from booking.domain.time_off import (
    AHEAD,
    MOST_RULES,
    OLDEST,
    Change,
    Repeat,
    Scope,
    Whose,
    change_time_off,
    close_now,
    on_the_day,
    remove_time_off,
    repeat_time_off,
    rewrite_time_off,
    take_time_off,
    whole_days,
    write_ahead,
)
from booking.jobs.housekeeping import write_time_off_ahead
from booking.recurrence import Every, Rule
from booking.tests.cast import make_provider, make_resource, make_service, make_staff
from project.errors import InvalidInput
from providers.models import Provider, TimeOff, TimeOffRule

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # Tuesday, 12:00 in Harare
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
TUESDAYS = Repeat(
    rule=Rule(Every.WEEK, weekdays=(1,)), first=TODAY, start_minute=780, end_minute=840
)


@pytest.fixture
def provider(db: None) -> Provider:
    return make_provider()


def starts(**filters: object) -> list[datetime]:
    return list(TimeOff.objects.filter(**filters).order_by("start").values_list("start", flat=True))


def test_nobody_can_be_booked_in_it(provider: Provider) -> None:
    bob, tendai = make_staff(provider), make_staff(provider)
    service = make_service(provider, [bob, tendai])
    start, end = on_the_day(provider.tz, TODAY + DAY, 480, 1020)
    take_time_off(Whose(provider=provider, staff=bob), start=start, end=end, now=NOW)
    for person, free in ((bob, 0), (tendai, 33)):
        ask = make_ask(service=service, staff_id=person.pk)
        [day] = load_free_time(ask, now=NOW, first=TODAY + DAY, last=TODAY + DAY).days()
        assert len(day.slots) == free


def test_the_same_twice_is_there_once(provider: Provider) -> None:
    start, end = whole_days(provider.tz, TODAY + DAY, TODAY + 3 * DAY)
    made = [
        take_time_off(Whose(provider=provider), start=start, end=end, now=NOW) for _ in range(2)
    ]
    assert made[0] == made[1]
    rules = [repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW) for _ in range(2)]
    assert rules[0] == rules[1]
    assert TimeOffRule.objects.count() == 1


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [(1, 1, "until"), (2, 1, "until"), (-3, -1, "first"), (1, 400, "last"), (900, 901, "last")],
)
def test_what_makes_no_sense_is_refused(
    provider: Provider, since: int, until: int, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        take_time_off(
            Whose(provider=provider), start=NOW + since * DAY, end=NOW + until * DAY, now=NOW
        )
    assert refusal.value.field == field
    assert not TimeOff.objects.exists()


def test_what_belongs_to_others_is_refused(provider: Provider) -> None:
    other = make_provider()
    wrong = [
        Whose(provider=provider, staff=make_staff(other)),
        Whose(provider=provider, resource=make_resource(other)),
        Whose(provider=provider, staff=make_staff(provider), resource=make_resource(provider)),
    ]
    for whose in wrong:
        with pytest.raises(InvalidInput):
            take_time_off(whose, start=NOW + DAY, end=NOW + 2 * DAY, now=NOW)
        with pytest.raises(InvalidInput):
            repeat_time_off(whose, TUESDAYS, now=NOW)


def test_repeating_is_written_as_far_as_anybody_can_book(provider: Provider) -> None:
    rule = repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW, reason="Staff meeting")
    found = starts(rule=rule)
    assert found[0] == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert found[-1] > NOW + timedelta(days=730)
    assert {after - before for before, after in pairwise(found)} == {7 * DAY}
    assert rule.times.first().reason == "Staff meeting"  # type: ignore[union-attr]


def test_the_wall_clock_counts(db: None) -> None:
    london = make_provider(timezone="Europe/London")
    repeat_time_off(Whose(provider=london), TUESDAYS, now=NOW)
    around = starts(
        start__range=(datetime(2027, 3, 22, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
    )
    assert [each.hour for each in around] == [13, 12]


def test_what_never_comes_is_refused(provider: Provider) -> None:
    over = Repeat(
        rule=Rule(Every.WEEK, until=TODAY - DAY),
        first=TODAY - 30 * DAY,
        start_minute=0,
        end_minute=60,
    )
    with pytest.raises(InvalidInput, match="never come"):
        repeat_time_off(Whose(provider=provider), over, now=NOW)
    assert not TimeOffRule.objects.exists()


def test_repetitions_of_one_business_are_bounded(provider: Provider) -> None:
    TimeOffRule.objects.bulk_create(
        TimeOffRule(
            provider=provider, rrule="FREQ=DAILY", first=TODAY, start_minute=n, end_minute=1000
        )
        for n in range(MOST_RULES)
    )
    with pytest.raises(InvalidInput, match="too much"):
        repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW)


def test_rows_are_written_on_once_they_come_nearer(provider: Provider) -> None:
    rule = repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW)
    before = starts()
    assert write_ahead(now=NOW + 7 * DAY) == 0
    later = NOW + 60 * DAY
    assert write_ahead(now=later) == 1
    assert write_ahead(now=later) == 0
    after = starts()
    assert after[: len(before)] == before
    assert after[-1] > later + AHEAD - 8 * DAY
    assert len(after) == len(set(after))
    rule.refresh_from_db()
    assert rule.written_until == later.date() + AHEAD


def test_the_daily_job_does_it_once_a_day(provider: Provider) -> None:
    repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW)
    later = NOW + 60 * DAY
    assert [write_time_off_ahead(later) for _ in range(2)] == [1, 0]
    TimeOffRule.objects.update(written_until=TODAY)
    assert write_time_off_ahead(later + timedelta(hours=1)) == 0
    assert write_time_off_ahead(later + timedelta(hours=24)) == 1


def test_one_that_was_taken_out_stays_out(provider: Provider) -> None:
    rule = repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW)
    second = rule.times.order_by("start")[1]
    remove_time_off(second, scope=Scope.THIS, now=NOW)
    remove_time_off(second, scope=Scope.THIS, now=NOW)
    TimeOffRule.objects.update(written_until=None)
    write_ahead(now=NOW)
    rewrite_time_off(provider, NOW)
    assert second.start not in starts()
    assert starts()[1] == second.start + 7 * DAY


def test_this_and_those_that_follow(provider: Provider) -> None:
    rule = repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW)
    remove_time_off(rule.times.order_by("start")[2], scope=Scope.FOLLOWING, now=NOW)
    assert len(starts()) == 2
    write_ahead(now=NOW + 60 * DAY)
    rewrite_time_off(provider, NOW)
    assert len(starts()) == 2


@pytest.mark.parametrize(("scope", "place"), [(Scope.ALL, 3), (Scope.FOLLOWING, 0)])
def test_nothing_is_left_of_it(provider: Provider, scope: Scope, place: int) -> None:
    rule = repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW)
    remove_time_off(rule.times.order_by("start")[place], scope=scope, now=NOW)
    assert not TimeOff.objects.exists()
    assert not TimeOffRule.objects.exists()


def test_a_changed_rule_is_a_new_one_from_that_date(provider: Provider) -> None:
    rule = repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW)
    third = rule.times.order_by("start")[2]
    later = Repeat(rule=TUESDAYS.rule, first=TODAY + 14 * DAY, start_minute=840, end_minute=900)
    change_time_off(third, now=NOW, new=Change(whose=Whose(provider=provider), repeat=later))
    assert [each.hour for each in starts()[:4]] == [11, 11, 12, 12]
    assert TimeOffRule.objects.count() == 2


def test_a_change_that_is_refused_changes_nothing(provider: Provider) -> None:
    start, end = whole_days(provider.tz, TODAY + DAY, TODAY + DAY)
    row = take_time_off(Whose(provider=provider), start=start, end=end, now=NOW)
    bad = Change(whose=Whose(provider=provider), start=end, end=start)
    with pytest.raises(InvalidInput):
        change_time_off(row, now=NOW, new=bad)
    assert TimeOff.objects.filter(pk=row.pk).exists()


def test_another_timezone_keeps_the_time_on_the_wall(provider: Provider) -> None:
    repeat_time_off(Whose(provider=provider), TUESDAYS, now=NOW)
    start, end = whole_days(provider.tz, TODAY + DAY, TODAY + DAY)
    take_time_off(Whose(provider=provider), start=start, end=end, now=NOW)
    provider.timezone = "Africa/Lagos"
    provider.save()
    rewrite_time_off(provider, NOW, before="Africa/Harare")
    rewrite_time_off(provider, NOW)
    assert starts(rule__isnull=False)[0] == datetime(2026, 11, 24, 12, tzinfo=UTC)
    [single] = TimeOff.objects.filter(rule=None)
    assert (single.start, single.end) == whole_days(provider.tz, TODAY + DAY, TODAY + DAY)


def test_a_repetition_is_counted_from_a_year_ago_at_most(provider: Provider) -> None:
    weekly = {"rule": Rule(Every.WEEK), "start_minute": 0, "end_minute": 60}
    for days, fine in ((OLDEST.days, True), (OLDEST.days + 1, False)):
        old = Repeat(first=TODAY - days * DAY, **weekly)  # type: ignore[arg-type]
        if fine:
            repeat_time_off(Whose(provider=provider), old, now=NOW)
            continue
        with pytest.raises(InvalidInput, match="less than a year ago"):
            repeat_time_off(Whose(provider=provider), old, now=NOW)
    assert TimeOffRule.objects.count() == 1


def test_closing_during_a_repetition_comes_after_it(provider: Provider) -> None:
    """Its rows are the rule's own: none of them is made longer."""
    noon = Repeat(rule=Rule(Every.WEEK), first=TODAY, start_minute=720, end_minute=780)
    repeat_time_off(Whose(provider=provider), noon, now=NOW)
    [row] = TimeOff.objects.filter(start__lte=NOW)
    during, evening = NOW + timedelta(minutes=30), NOW + timedelta(hours=5)
    assert close_now(Whose(provider=provider), until=row.end, now=during) == row
    made = close_now(Whose(provider=provider), until=evening, now=during)
    assert (made.start, made.end, made.rule) == (row.end, evening, None)


def test_closing_begins_with_the_minute_and_ends_ahead(provider: Provider) -> None:
    now = NOW + timedelta(seconds=42)
    with pytest.raises(InvalidInput):
        close_now(Whose(provider=provider), until=NOW, now=now)
    made = close_now(Whose(provider=provider), until=NOW + DAY, now=now)
    assert made.start == NOW
