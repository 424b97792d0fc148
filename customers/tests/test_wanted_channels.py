"""Which messages somebody gets who chose nothing, and who chose."""

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from booking.tests.cast import make_user
from customers.domain.preferences import (
    any_opted_out,
    digest,
    opt_out_digest,
    set_preference,
    wanted_channels,
    wanted_for,
)
from customers.models import Channel, MessageKind, MessagePreference, OptOut

pytestmark = pytest.mark.django_db

MAIL = frozenset({Channel.IN_APP, Channel.EMAIL})


@pytest.mark.parametrize(
    ("kind", "channels"),
    [
        (MessageKind.BOOKINGS, MAIL),
        (MessageKind.REMINDERS, MAIL),
        (MessageKind.BUSINESS, MAIL),
        (MessageKind.DIGEST, frozenset()),
    ],
)
def test_whoever_chose_nothing(kind: MessageKind, channels: frozenset[Channel]) -> None:
    assert wanted_channels(make_user(), kind) == channels


def test_a_choice_is_about_one_kind_and_one_channel() -> None:
    user = make_user()
    set_preference(user, MessageKind.REMINDERS, Channel.EMAIL, wanted=False)
    set_preference(user, MessageKind.REMINDERS, Channel.SMS, wanted=True)
    assert wanted_channels(user, MessageKind.REMINDERS) == {Channel.IN_APP, Channel.SMS}
    assert wanted_channels(user, MessageKind.BOOKINGS) == MAIL


def test_the_site_itself_cannot_be_turned_off() -> None:
    user = make_user()
    set_preference(user, MessageKind.BOOKINGS, Channel.IN_APP, wanted=False)
    assert Channel.IN_APP in wanted_channels(user, MessageKind.BOOKINGS)


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.IN_APP])
def test_a_digest_that_was_asked_for_is_on_the_site_too(channel: Channel) -> None:
    user = make_user()
    set_preference(user, MessageKind.DIGEST, channel, wanted=True)
    assert wanted_channels(user, MessageKind.DIGEST) == {Channel.IN_APP, channel}
    set_preference(user, MessageKind.DIGEST, channel, wanted=False)
    assert wanted_channels(user, MessageKind.DIGEST) == frozenset()


def test_the_last_choice_counts_and_is_kept_once() -> None:
    user = make_user()
    for wanted in (True, False, True):
        set_preference(user, MessageKind.BOOKINGS, Channel.SMS, wanted)
    assert Channel.SMS in wanted_channels(user, MessageKind.BOOKINGS)
    assert MessagePreference.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_many_people_are_one_query(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    users = [make_user() for _ in range(number)]
    set_preference(users[0], MessageKind.BOOKINGS, Channel.EMAIL, wanted=False)
    with django_assert_num_queries(1):
        found = wanted_for(users, MessageKind.BOOKINGS)
    assert found == {user.pk: MAIL for user in users} | {users[0].pk: {Channel.IN_APP}}


def test_an_address_is_known_however_it_is_typed() -> None:
    opt_out_digest(digest("Chipo@Example.com"), MessageKind.REMINDERS)
    opt_out_digest(digest(" chipo@example.com"), MessageKind.REMINDERS)
    assert any_opted_out(["chipo@EXAMPLE.com "], MessageKind.REMINDERS)
    assert OptOut.objects.count() == 1


def test_no_address_is_nobody() -> None:
    opt_out_digest(digest(""), MessageKind.REMINDERS)
    assert not any_opted_out(["", "chipo@example.com"], MessageKind.REMINDERS)


def test_only_a_keyed_digest_is_kept(settings: Settings) -> None:
    before = digest("chipo@example.com")
    assert (len(before), "chipo" in before) == (64, False)
    settings.SECRET_KEY = "another-key"
    assert digest("chipo@example.com") != before
