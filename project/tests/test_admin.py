"""The admin: every list and page opens, in few queries, for administrators alone."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.models import (
    Appointment,
    AppointmentEvent,
    BusyTime,
    Delivery,
    Hold,
    Notification,
    Order,
    OrderEvent,
    OrderItem,
    OutboxJob,
    Review,
    ReviewReport,
    Session,
    Status,
    Wording,
)
from booking.tests.cast import (
    make_category,
    make_provider,
    make_service,
    make_user,
)
from customers.models import MessagePreference, OptOut, User
from project import clock
from project.tests.admin_pages import act, change_url, list_url, make_booking, posted
from providers.models import (
    Category,
    DateOverride,
    Favourite,
    FormerSlug,
    Invitation,
    Product,
    Provider,
    Resource,
    Service,
    Staff,
    TimeOff,
    TimeOffRule,
    WeeklyHours,
)


@pytest.fixture
def site_admin(db: None, client: Client) -> User:
    """An administrator, logged in; content types are known, as after a process's first pages."""
    ContentType.objects.get_for_models(*registered())
    user = User.objects.create_superuser("boss@example.com", "a-password-for-tests")
    client.force_login(user)
    return user


def registered() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def test_every_model_of_ours_is_registered() -> None:
    ours = [
        model
        for label in ("customers", "providers", "booking")
        for model in apps.get_app_config(label).get_models()
    ]
    assert len(ours) >= 14
    assert set(ours) <= set(registered())


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)
def test_list_search_and_pages_open(site_admin: User, client: Client, model: type[Model]) -> None:
    make_booking()
    row = model._default_manager.order_by("pk").last()
    assert row is not None
    page = client.get(list_url(model))
    assert page.status_code == 200
    assert change_url(row) in page.content.decode()
    assert client.get(list_url(model), {"q": "zebra"}).context["cl"].result_count == (
        0 if admin.site._registry[model].get_search_fields(page.wsgi_request) else 1
    )
    assert client.get(change_url(row)).status_code == 200
    may_add = admin.site._registry[model].has_add_permission(page.wsgi_request)
    added = client.get(list_url(model) + "add/")
    assert added.status_code == (200 if may_add else 403)


@pytest.mark.parametrize(
    ("model", "queries"),
    [
        (User, 4),
        (Category, 5),
        (Provider, 6),
        (Staff, 4),
        (Resource, 5),
        (Service, 5),
        (WeeklyHours, 4),
        (DateOverride, 7),
        (Favourite, 4),
        (FormerSlug, 5),
        (Invitation, 5),
        (TimeOff, 7),
        (Product, 4),
        (Order, 4),
        (OrderItem, 4),
        (OrderEvent, 4),
        (Review, 4),
        (ReviewReport, 4),
        (TimeOffRule, 5),
        (Appointment, 4),
        (AppointmentEvent, 4),
        (Session, 4),
        (BusyTime, 4),
        (Hold, 5),
        (OutboxJob, 4),
        (Notification, 4),
        (Delivery, 4),
        (Wording, 5),
        (MessagePreference, 4),
        (OptOut, 5),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_list_needs_as_many_queries_for_three_rows_as_for_one(
    site_admin: User, client: Client, model: type[Model], queries: int
) -> None:
    found = []
    for numbers in ([1], [2, 3]):
        for number in numbers:
            make_booking(number)
        with CaptureQueriesContext(connection) as context:
            client.get(list_url(model))
        found.append(len(context))
    assert found == [queries, queries]


def test_history_on_an_appointment_needs_as_many_queries_for_three_events_as_for_one(
    site_admin: User, client: Client
) -> None:
    appointment = make_booking()
    found = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as context:
            client.get(change_url(appointment))
        found.append(len(context))
        event = appointment.events.get() if not found[1:] else None
        for _ in range(2 if event else 0):
            assert event is not None
            event.pk = None
            event.by, event.from_staff, event.to_staff = make_user(), None, appointment.staff
            event.save()
    assert found[0] == found[1]


def test_search_finds_an_appointment_by_what_people_know(site_admin: User, client: Client) -> None:
    wanted, _ = make_booking(1), make_booking(2)
    assert wanted.customer is not None
    for text in (wanted.reference.lower(), wanted.customer.email, wanted.provider.slug):
        found = client.get(list_url(Appointment), {"q": text}).context["cl"].result_list
        assert [row.pk for row in found] == [wanted.pk]


def test_long_lists_are_counted_no_further_than_the_limit(
    site_admin: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_booking(number)
    monkeypatch.setattr("project.admin.COUNT_AT_MOST", 2)
    assert client.get(list_url(Appointment)).context["cl"].result_count == 2
    monkeypatch.undo()
    assert client.get(list_url(Appointment)).context["cl"].result_count == 3


class TestPeople:
    def test_adding_one_by_email_works(self, site_admin: User, client: Client) -> None:
        data = {
            "email": "New@Example.com",
            "name": "New",
            "usable_password": "true",
            "password1": "sadza-and-greens-26",
            "password2": "sadza-and-greens-26",
        }
        response = client.post(list_url(User) + "add/", data)
        assert response.status_code == 302, response.context["adminform"].form.errors
        user = User.objects.get(email="new@example.com")
        assert user.check_password("sadza-and-greens-26")
        assert Client().login(email="new@example.com", password="sadza-and-greens-26")

    def test_an_address_in_use_is_refused_whatever_its_case(
        self, site_admin: User, client: Client
    ) -> None:
        data = {
            "email": "BOSS@example.com",
            "usable_password": "true",
            "password1": "sadza-and-greens-26",
            "password2": "sadza-and-greens-26",
        }
        response = client.post(list_url(User) + "add/", data)
        assert "email" in response.context["adminform"].form.errors
        assert User.objects.count() == 1

    def test_password_has_its_own_form(self, site_admin: User, client: Client) -> None:
        user = make_user()
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        assert "../password/" in client.get(change_url(user)).content.decode()
        data = {
            "usable_password": "true",
            "password1": "sadza-and-greens-26",
            "password2": "sadza-and-greens-26",
        }
        assert client.get(url).status_code == 200
        assert client.post(url, data).status_code == 302
        user.refresh_from_db()
        assert user.check_password("sadza-and-greens-26")


class TestSupply:
    def test_approve_and_unpublish(self, site_admin: User, client: Client) -> None:
        provider, other = make_provider(approved=False), make_provider(approved=False)
        assert act(client, "approve", provider) == ["Approved: 1."]
        provider.refresh_from_db()
        assert (provider.approved, provider.published) == (True, True)
        assert act(client, "unpublish", provider) == ["Unpublished: 1."]
        provider.refresh_from_db()
        other.refresh_from_db()
        assert (provider.approved, provider.published) == (True, False)
        assert (other.approved, other.published) == (False, True)

    def test_search_text_follows_the_provider(self, site_admin: User, client: Client) -> None:
        provider = make_booking().provider
        data = posted(client.get(change_url(provider))) | {"name": "Nhaka Studio"}
        assert client.post(change_url(provider), data).status_code == 302
        assert list(Provider.objects.matching("nhaka braids")) == [provider]

    def test_search_text_follows_a_service(self, site_admin: User, client: Client) -> None:
        service = make_booking().service
        data = posted(client.get(change_url(service)))
        data |= {"staff": [row.pk for row in service.staff.all()], "resources": []}
        assert client.post(change_url(service), data | {"name": "Cornrows"}).status_code == 302
        assert Provider.objects.matching("cornrows").exists()
        off = {name: value for name, value in data.items() if name != "active"}
        assert client.post(change_url(service), off).status_code == 302
        service.refresh_from_db()
        assert service.active is False
        assert not Provider.objects.matching("braids").exists()

    def test_search_text_forgets_a_deleted_service(self, site_admin: User, client: Client) -> None:
        provider = make_provider()
        service = make_service(provider, name="Cornrows")
        client.post(change_url(service), posted(client.get(change_url(service))))
        assert Provider.objects.matching("cornrows").exists()
        delete = change_url(service).replace("change/", "delete/")
        assert client.post(delete, {"post": "yes"}).status_code == 302
        assert not Provider.objects.matching("cornrows").exists()

    def test_search_text_follows_the_category(self, site_admin: User, client: Client) -> None:
        provider = make_provider(category=make_category("hair"))
        data = posted(client.get(change_url(provider.category))) | {"name": "Locks"}
        assert client.post(change_url(provider.category), data).status_code == 302
        assert list(Provider.objects.matching("locks")) == [provider]

    def test_what_was_booked_is_not_deleted(self, site_admin: User, client: Client) -> None:
        booked = make_booking()
        assert booked.staff is not None
        room = Resource.objects.get()
        for row in (booked.provider, booked.service, booked.staff, room):
            delete = change_url(row).replace("change/", "delete/")
            assert client.post(delete, {"post": "yes"}).status_code == 403
            assert type(row)._default_manager.filter(pk=row.pk).exists()


class TestAccess:
    @pytest.mark.parametrize("who", ["anonymous", "customer", "owner"])
    def test_others_see_nothing(self, db: None, client: Client, who: str) -> None:
        appointment = make_booking()
        if who == "customer":
            assert appointment.customer is not None
            client.force_login(appointment.customer)
        elif who == "owner":
            client.force_login(appointment.provider.owner)
        for url in (reverse("admin:index"), list_url(Appointment), change_url(appointment)):
            response = client.get(url)
            assert response.status_code in {302, 403, 404}
            assert appointment.reference not in response.content.decode()

    def test_others_change_nothing(self, db: None, client: Client) -> None:
        appointment = make_booking()
        client.force_login(appointment.provider.owner)
        data = {"action": "cancel", "_selected_action": [appointment.pk]}
        client.post(list_url(Appointment), data)
        appointment.refresh_from_db()
        assert appointment.status == Status.CONFIRMED

    def test_who_may_only_look_has_no_actions(self, db: None, client: Client) -> None:
        appointment = make_booking()
        clerk = make_user(is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        client.force_login(clerk)
        assert client.get(list_url(Appointment)).status_code == 200
        for action in ("cancel", "accept"):
            data = {"action": action, "_selected_action": [appointment.pk]}
            client.post(list_url(Appointment), data)
        job = OutboxJob.objects.create(kind="mail", failed_at=clock.now())
        client.post(list_url(OutboxJob), {"action": "retry", "_selected_action": [job.pk]})
        appointment.refresh_from_db()
        job.refresh_from_db()
        assert appointment.status == Status.CONFIRMED
        assert job.failed_at is not None
