"""/provider/start/: from nothing to a business that can be booked, step by step."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.tests.cast import (
    make_category,
    make_provider,
    make_resource,
    make_service,
    make_staff,
    make_user,
)
from customers.models import User
from project.errors import InvalidInput, NotAllowed
from providers.domain import onboarding
from providers.domain.access import Role, memberships
from providers.domain.kinds import KINDS, OTHER
from providers.domain.onboarding import Basics, FirstService, Step
from providers.domain.places import COUNTRIES
from providers.domain.publishing import EmailNotVerified, NotReady, publish, unpublish
from providers.models import Category, Provider, Resource, Service, Staff, WeeklyHours

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

START = "/provider/start/"
BASICS: dict[str, Any] = {
    "name": "Rudo Braids",
    "category": "hairdressing",
    "city": "Harare",
    "country": "ZW",
    "phone": "0772 418 305",
}
SERVICE: dict[str, Any] = {
    "name": "Haircut",
    "duration": "45",
    "price": "15",
    "pricing": "fixed",
    "alone": "no",
}
HOURS: dict[str, Any] = {"days": ["0", "1", "5"], "start": "08:30", "until": "17:00"}


@pytest.fixture
def rudo(db: None) -> User:
    """Somebody who made an account and did not confirm the address."""
    cache.clear()
    make_category("hairdressing", name="Hairdressing")
    user = make_user("rudo@example.com", name="Rudo Chikafu")
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    return user


def verify(user: User) -> None:
    EmailAddress.objects.filter(user=user).update(verified=True)


def begin(user: User, **changes: Any) -> Provider:
    """A draft with its basics."""
    values = BASICS | {"phone": "+263772418305"} | changes
    return onboarding.create_business(Basics(**values), by=user)


def finish(user: User) -> Provider:
    """A draft that lacks nothing."""
    draft = begin(user)
    onboarding.set_first_service(draft, FirstService("Haircut", 45, Decimal(15)), by=user)
    onboarding.set_simple_hours(draft, days=[0, 1], start=480, end=1020, by=user)
    return draft


# --- the way through --------------------------------------------------------------------------


def test_visitor_is_sent_to_log_in_and_signing_up_leads_back(client: Client, db: None) -> None:
    assert client.get(START)["Location"] == f"/accounts/login/?next={START}"
    login = client.get(f"/accounts/login/?next={START}").content.decode()
    assert "/accounts/signup/?next=%2Fprovider%2Fstart%2F" in login
    typed = {"name": "Rudo", "email": "new@example.com", "password1": "braids-and-tea-7"}
    response = client.post(f"/accounts/signup/?next={START}", typed | {"next": START})
    assert response["Location"] == START


def test_the_front_page_leads_visitors_through_sign_up(client: Client, rudo: User) -> None:
    assert f'href="/accounts/signup/?next={START}"' in client.get("/").content.decode()
    client.force_login(rudo)
    assert f'href="{START}">Offer your services' in client.get("/").content.decode()


def test_all_steps_make_a_business_with_its_owner_at_work(rudo: User, as_user: LogIn) -> None:
    client = as_user(rudo)
    assert client.get(START)["Location"] == f"{START}business/"
    to = client.post(f"{START}business/", BASICS)
    assert (to.status_code, to["Location"]) == (303, f"{START}service/?business=rudo-braids")
    to = client.post(to["Location"], SERVICE)
    assert to["Location"] == f"{START}hours/?business=rudo-braids"
    to = client.post(to["Location"], HOURS)
    assert to["Location"] == f"{START}preview/?business=rudo-braids"
    html = client.get(to["Location"]).content.decode()
    assert "Tue 24 Nov, 12:30" in html  # it is noon, and half an hour's notice is asked for
    verify(rudo)
    to = client.post(f"{START}publish/?business=rudo-braids")
    assert (to.status_code, to["Location"]) == (303, f"{START}publish/?business=rudo-braids")
    assert "Rudo Braids can be booked" in client.get(to["Location"]).content.decode()
    assert Client().get("/p/rudo-braids/").status_code == 200
    assert Client().get("/p/rudo-braids/book/haircut/").status_code == 200

    provider = Provider.objects.get()
    (person,) = provider.staff.all()
    assert (person.user, person.name, person.active) == (rudo, "Rudo Chikafu", True)
    assert (provider.owner, provider.phone) == (rudo, "+263772418305")
    assert (provider.timezone, provider.currency) == ("Africa/Harare", "USD")
    assert "haircut" in provider.search_text
    service = provider.services.get()
    assert (service.duration, service.price, service.pricing) == (45, Decimal(15), "fixed")
    assert [*service.staff.all()] == [person]
    hours = provider.weekly_hours.filter(staff=None)
    found = hours.values_list("weekday", "start_minute", "end_minute")
    assert [*found] == [(day, 510, 1020) for day in (0, 1, 5)]


@pytest.mark.parametrize("country", ["KE", "TZ", "ZA"])
def test_clock_and_money_are_those_of_the_country(rudo: User, country: str) -> None:
    draft = begin(rudo, country=country)
    usual = {
        "KE": ("Africa/Nairobi", "KES"),
        "TZ": ("Africa/Dar_es_Salaam", "TZS"),
        "ZA": ("Africa/Johannesburg", "ZAR"),
    }
    assert (draft.timezone, draft.currency) == usual[country]


def test_every_country_has_a_clock_that_exists() -> None:
    assert all(ZoneInfo(country.timezone).key for country in COUNTRIES.values())
    assert all(re.fullmatch("[A-Z]{2}", code) for code in COUNTRIES)
    assert all(re.fullmatch("[A-Z]{3}", each.currency) for each in COUNTRIES.values())


def test_it_goes_on_where_somebody_left(rudo: User, as_user: LogIn) -> None:
    client, draft = as_user(rudo), begin(rudo)
    at = f"?business={draft.slug}"
    assert client.get(START)["Location"] == f"{START}service/{at}"
    onboarding.set_first_service(draft, FirstService("Haircut", 45, Decimal(15)), by=rudo)
    assert client.get(START)["Location"] == f"{START}hours/{at}"
    onboarding.set_simple_hours(draft, days=[0], start=480, end=1020, by=rudo)
    assert client.get(START)["Location"] == f"{START}preview/{at}"


def test_steps_can_be_taken_again_and_change_what_there_is(rudo: User, as_user: LogIn) -> None:
    client, draft = as_user(rudo), finish(rudo)
    at = f"?business={draft.slug}"
    shown = client.get(f"{START}business/{at}").content.decode()
    assert 'value="Rudo Braids"' in shown
    client.post(f"{START}business/{at}", BASICS | {"city": "Nairobi", "country": "KE"})
    client.post(f"{START}business/{at}", BASICS | {"name": "Other", "country": "KE"})
    draft.refresh_from_db()
    assert (draft.name, draft.currency, draft.slug) == ("Other", "KES", "rudo-braids")
    client.post(f"{START}service/{at}", SERVICE | {"name": "Fade", "pricing": "hourly"})
    client.post(f"{START}hours/{at}", HOURS | {"days": ["6"], "until": "00:00"})
    assert (draft.services.get().name, draft.services.get().pricing) == ("Fade", "hourly")
    assert [str(row) for row in draft.weekly_hours.all()] == ["Sunday 08:30–24:00"]
    assert (Provider.objects.count(), Staff.objects.count()) == (1, 1)


def test_a_form_that_is_sent_twice_makes_one(rudo: User, as_user: LogIn) -> None:
    client = as_user(rudo)
    for _ in range(2):
        client.post(f"{START}business/", BASICS)
        client.post(f"{START}service/", SERVICE)
        client.post(f"{START}hours/", HOURS)
    counts = [model.objects.count() for model in (Provider, Staff, Service, WeeklyHours)]
    assert counts == [1, 1, 1, 3]


def test_what_is_wrong_is_told_and_what_was_typed_stays(rudo: User, as_user: LogIn) -> None:
    client = as_user(rudo)
    wrong: list[tuple[str, dict[str, Any], str]] = [
        (f"{START}business/", BASICS | {"phone": "12"}, "This phone number does not exist"),
        (f"{START}business/", BASICS | {"category": "nonsense"}, "Select a valid choice"),
        (f"{START}business/", BASICS | {"country": "XX"}, "Select a valid choice"),
        (f"{START}business/", {}, "This field is required"),
    ]
    for url, typed, said in wrong:
        response = client.post(url, typed)
        assert (response.status_code, said in response.content.decode()) == (422, True), typed
    assert Provider.objects.count() == 0
    begin(rudo)
    wrong = [
        (f"{START}service/", SERVICE | {"price": "-1"}, "greater than or equal to 0"),
        (f"{START}service/", SERVICE | {"duration": "7"}, "Select a valid choice"),
        (f"{START}hours/", HOURS | {"until": "08:00"}, "Closing must come after opening"),
        (f"{START}hours/", {"start": "08:00", "until": "09:00"}, "Tick the days"),
        (f"{START}hours/", HOURS | {"start": "8 in the morning"}, "Enter a valid time"),
    ]
    for url, typed, said in wrong:
        response = client.post(url, typed)
        assert (response.status_code, said in response.content.decode()) == (422, True), typed
    assert (Service.objects.count(), WeeklyHours.objects.count()) == (0, 0)


def test_a_nearby_spelling_of_a_city_is_that_city(rudo: User) -> None:
    make_provider(city="Harare", country="ZW")
    assert begin(rudo, city="HARARE").city == "Harare"


def test_namesakes_get_addresses_of_their_own(rudo: User) -> None:
    make_provider(slug="rudo-braids")
    assert begin(rudo).slug == "rudo-braids-2"
    assert begin(rudo, name="理发店").slug == "business"


def test_one_account_may_have_several_but_not_begin_endlessly(rudo: User, as_user: LogIn) -> None:
    client = as_user(rudo)
    make_provider(rudo)
    for number in range(onboarding.MOST_DRAFTS):
        sent = client.post(f"{START}business/", BASICS | {"name": f"Shop {number}"})
        assert sent.status_code == 303
    response = client.post(f"{START}business/", BASICS | {"name": "One more"})
    assert response.status_code == 422
    assert "You have begun several businesses" in response.content.decode()
    assert Provider.objects.filter(owner=rudo).count() == onboarding.MOST_DRAFTS + 1
    assert "Start another business" in client.get("/provider/business/").content.decode()


# --- what is suggested ------------------------------------------------------------------------


@pytest.mark.parametrize("slug", [*KINDS, OTHER.slug, "unheard-of"])
def test_every_trade_has_a_first_service_and_hours(rudo: User, as_user: LogIn, slug: str) -> None:
    make_category(slug)
    client, draft = as_user(rudo), begin(rudo, category=slug)
    shown = client.get(f"{START}service/").context["form"].initial
    assert shown["name"]
    typed = {**shown, "price": "10"}
    assert client.post(f"{START}service/", typed).status_code == 303
    hours = client.get(f"{START}hours/").context["form"].initial
    typed = {**hours, "start": f"{hours['start']:%H:%M}", "until": f"{hours['until']:%H:%M}"}
    assert client.post(f"{START}hours/", typed).status_code == 303
    preview = client.get(f"{START}preview/")
    assert len(preview.context["times"]) == 6, draft.category


def test_an_idea_fills_in_the_form(rudo: User, as_user: LogIn) -> None:
    client = as_user(rudo)
    begin(rudo)
    names = [
        client.get(f"{START}service/?idea={idea}").context["form"].initial["name"]
        for idea in ("0", "1", "2", "3", "-1", "x", "٣", "9" * 9)
    ]
    assert names == ["Haircut", "Wash and blow-dry", "Box braids", *["Haircut"] * 5]


def test_what_nobody_performs_gets_the_thing_that_is_rented(rudo: User) -> None:
    draft = begin(rudo)
    room = FirstService("Meeting room", 60, Decimal(10), hourly=True, alone=True)
    service = onboarding.set_first_service(draft, room, by=rudo)
    assert (service.needs_staff, service.staff.count()) == (False, 0)
    assert [thing.name for thing in service.resources.all()] == ["Meeting room"]
    service = onboarding.set_first_service(draft, FirstService("Advice", 60, Decimal(10)), by=rudo)
    assert (service.needs_staff, service.resources.count()) == (True, 0)
    onboarding.set_first_service(draft, room, by=rudo)
    assert Resource.objects.count() == 1


def test_a_site_without_categories_offers_the_usual_ones(rudo: User, as_user: LogIn) -> None:
    Category.objects.all().delete()
    client = as_user(rudo)
    assert client.post(f"{START}business/", BASICS | {"category": "barbers"}).status_code == 303
    made = Category.objects.get()
    assert (made.slug, made.name, made.icon) == ("barbers", "Barbers", "brush")


# --- what the simple steps must not spoil -----------------------------------------------------


def test_several_services_and_richer_hours_are_left_alone(rudo: User, as_user: LogIn) -> None:
    client, draft = as_user(rudo), finish(rudo)
    make_service(draft, name="Second")
    WeeklyHours.objects.create(provider=draft, weekday=0, start_minute=1080, end_minute=1200)
    before = [str(row) for row in draft.weekly_hours.all()]
    assert "You have services already" in client.get(f"{START}service/").content.decode()
    assert "Your hours are set" in client.get(f"{START}hours/").content.decode()
    client.post(f"{START}service/", SERVICE | {"name": "Changed"})
    client.post(f"{START}hours/", HOURS)
    assert {service.name for service in draft.services.all()} == {"Haircut", "Second"}
    assert [str(row) for row in draft.weekly_hours.all()] == before
    with pytest.raises(NotAllowed):
        onboarding.set_simple_hours(draft, days=[0], start=0, end=60, by=rudo)
    with pytest.raises(NotAllowed):
        onboarding.set_first_service(draft, FirstService("X", 60, Decimal(1)), by=rudo)


def _another_performs(service: Service) -> None:
    service.staff.add(make_staff(service.provider, name="Tsitsi"))


def _owner_does_not_perform(service: Service) -> None:
    service.staff.set([make_staff(service.provider, name="Tsitsi")])
    service.provider.staff.filter(user=service.provider.owner).update(active=False)


def _it_needs_a_chair(service: Service) -> None:
    service.resources.add(make_resource(service.provider, name="Chair"))


def _it_keeps_time_free(service: Service) -> None:
    Service.objects.filter(pk=service.pk).update(buffer_after=0)


@pytest.mark.parametrize(
    "spoil", [_another_performs, _owner_does_not_perform, _it_needs_a_chair, _it_keeps_time_free]
)
def test_a_service_that_says_more_than_the_form_is_left_alone(
    rudo: User, as_user: LogIn, spoil: Callable[[Service], None]
) -> None:
    def facts() -> tuple[object, ...]:
        people = draft.staff.values_list("name", "active").order_by("pk")
        performers = service.staff.values_list("name", flat=True).order_by("pk")
        return list(people), list(performers), list(service.resources.values_list("name"))

    client, draft = as_user(rudo), finish(rudo)
    service = draft.services.get()
    spoil(service)
    before = facts()
    html = client.get(f"{START}service/").content.decode()
    assert "You have services already" in html
    assert f'href="/provider/services/{service.pk}/?business={draft.slug}"' in html
    client.post(f"{START}service/", SERVICE | {"name": "Changed"})
    with pytest.raises(NotAllowed):
        onboarding.set_first_service(draft, FirstService("X", 60, Decimal(1)), by=rudo)
    service.refresh_from_db()
    assert (service.name, facts()) == ("Haircut", before)


def test_the_thing_that_is_rented_stays_when_it_is_answered_alike(rudo: User) -> None:
    draft = begin(rudo)
    room = FirstService("Meeting room", 60, Decimal(10), hourly=True, alone=True)
    onboarding.set_first_service(draft, room, by=rudo)
    service = onboarding.set_first_service(draft, replace(room, name="Hall"), by=rudo)
    assert (service.name, service.resources.get().name) == ("Hall", "Meeting room")


def test_a_published_business_is_not_changed_here(rudo: User, as_user: LogIn) -> None:
    draft = finish(rudo)
    verify(rudo)
    publish(draft, by=rudo)
    client = as_user(rudo)
    for step, typed in (("business", BASICS), ("service", SERVICE), ("hours", HOURS)):
        response = client.post(f"{START}{step}/?business={draft.slug}", typed)
        assert response["Location"] == f"{START}publish/?business={draft.slug}"
    with pytest.raises(NotAllowed):
        onboarding.set_simple_hours(draft, days=[0], start=0, end=60, by=rudo)
    with pytest.raises(NotAllowed):
        onboarding.change_basics(draft, Basics(**BASICS), by=rudo)


def test_other_peoples_drafts_do_not_exist(rudo: User, as_user: LogIn) -> None:
    draft = finish(rudo)
    manager, stranger = make_user(), make_user()
    make_staff(draft, user=manager, role=Staff.Role.MANAGER)
    assert [place.role for place in memberships(manager)] == [Role.MANAGER]
    for person in (manager, stranger):
        client = as_user(person)
        for step in ("business", "service", "hours", "preview", "publish"):
            url = f"{START}{step}/?business={draft.slug}"
            assert client.get(url).status_code == 404
            assert client.post(url, BASICS | SERVICE | HOURS).status_code == 404
        assert client.post(f"{START}verify/?business={draft.slug}").status_code == 404
    for verb in (publish, unpublish):
        with pytest.raises(NotAllowed):
            verb(draft, by=manager)


# --- publishing -------------------------------------------------------------------------------


def test_an_unverified_person_learns_what_to_do_and_loses_nothing(
    rudo: User, as_user: LogIn
) -> None:
    client, draft = as_user(rudo), finish(rudo)
    response = client.post(f"{START}publish/", follow=True)
    html = response.content.decode()
    assert "Confirm your email address" in html
    assert "Send the link again" in html
    draft.refresh_from_db()
    assert draft.published is False
    with pytest.raises(EmailNotVerified):
        publish(draft, by=rudo)
    assert onboarding.next_step(draft) is Step.PREVIEW


def test_the_link_is_sent_again_but_not_endlessly(rudo: User, as_user: LogIn) -> None:
    client = as_user(rudo)
    finish(rudo)
    mail.outbox.clear()
    client.post(f"{START}verify/")
    again = client.post(f"{START}verify/", follow=True)
    assert [one.to for one in mail.outbox] == [[rudo.email]]
    assert "We sent it a moment ago" in again.content.decode()


def test_confirming_the_address_leads_back_here(rudo: User, as_user: LogIn) -> None:
    client = as_user(rudo)
    finish(rudo)
    mail.outbox.clear()
    client.post(f"{START}verify/")
    found = re.search(r"/accounts/confirm-email/\S+/", str(mail.outbox[0].body))
    assert found is not None
    assert client.post(found[0])["Location"] == START


def test_nothing_to_book_is_not_published(rudo: User, as_user: LogIn) -> None:
    verify(rudo)
    draft = begin(rudo)
    with pytest.raises(NotReady) as refused:
        publish(draft, by=rudo)
    assert refused.value.step is Step.SERVICE
    response = as_user(rudo).post(f"{START}publish/")
    assert response["Location"] == f"{START}service/?business={draft.slug}"
    draft.refresh_from_db()
    assert draft.published is False


def test_with_approval_a_business_waits_and_says_so(
    rudo: User, as_user: LogIn, settings: Any
) -> None:
    settings.PROVIDER_APPROVAL = True
    draft = finish(rudo)
    verify(rudo)
    client = as_user(rudo)
    html = client.post(f"{START}publish/", follow=True).content.decode()
    assert "Waiting for approval" in html
    draft.refresh_from_db()
    assert (draft.published, draft.approved) == (True, False)
    assert Client().get(f"/p/{draft.slug}/").status_code == 404
    shown = client.get(f"/p/{draft.slug}/")
    assert (shown.status_code, shown["Cache-Control"]) == (200, "private, no-store")
    assert "It waits for approval" in shown.content.decode()


def test_publishing_and_taking_away_may_be_repeated(rudo: User) -> None:
    draft = finish(rudo)
    verify(rudo)
    assert [publish(draft, by=rudo).published for _ in range(2)] == [True, True]
    assert [unpublish(draft, by=rudo).published for _ in range(2)] == [False, False]
    assert publish(draft, by=rudo).published is True


def test_hours_that_cannot_be_are_refused(rudo: User) -> None:
    draft = begin(rudo)
    for days, start, end in ([], 0, 60), ([0], 60, 60), ([0], 0, 1441):
        with pytest.raises(InvalidInput):
            onboarding.set_simple_hours(draft, days=days, start=start, end=end, by=rudo)


def test_the_preview_costs_the_same_with_more_services(rudo: User, as_user: LogIn) -> None:
    client, draft = as_user(rudo), finish(rudo)
    url = f"{START}preview/?business={draft.slug}"
    client.get(url)
    counted = []
    for number in (0, 2):
        for _ in range(number):
            make_service(draft, [draft.staff.get()])
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counted.append(len(queries))
    assert counted == [14, 14]
