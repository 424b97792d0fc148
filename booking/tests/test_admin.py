"""Bookings in the admin: changes go through the lifecycle, history stays as it is."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.db.models.signals import pre_save
from django.test import Client

from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due
from booking.models import (
    Appointment,
    AppointmentEvent,
    Delivery,
    Hold,
    Notification,
    OutboxJob,
    Session,
    Status,
    Wording,
)
from booking.tests.cast import make_user
from customers.models import Channel, User
from project import clock
from project.tests.admin_pages import HOUR, act, change_url, list_url, make_booking, posted


@pytest.fixture
def site_admin(db: None, client: Client) -> User:
    """An administrator, logged in."""
    user = User.objects.create_superuser("boss@example.com", "a-password-for-tests")
    client.force_login(user)
    return user


class TestAppointments:
    def test_accept_goes_through_the_lifecycle(self, site_admin: User, client: Client) -> None:
        appointment = make_booking(auto_confirm=False)
        assert appointment.status == Status.PENDING
        assert act(client, "accept", appointment) == ["Changed: 1."]
        appointment.refresh_from_db()
        assert appointment.status == Status.CONFIRMED
        event = appointment.events.last()
        assert event is not None
        assert (event.action, event.actor, event.by) == ("accepted", "admin", site_admin)

    @pytest.mark.parametrize("action", ["decline", "cancel"])
    def test_decline_and_cancel_free_the_time(
        self, site_admin: User, client: Client, action: str
    ) -> None:
        appointment = make_booking(auto_confirm=False)
        act(client, action, appointment)
        appointment.refresh_from_db()
        expected = Status.DECLINED if action == "decline" else Status.CANCELLED
        assert appointment.status == expected
        assert appointment.session.active is False

    @pytest.mark.parametrize(
        ("action", "status"),
        [("complete", Status.COMPLETED), ("mark_no_show", Status.NO_SHOW)],
    )
    def test_what_has_begun_can_be_closed(
        self, site_admin: User, client: Client, action: str, status: Status
    ) -> None:
        appointment = make_booking()
        Appointment.objects.update(start=clock.now() - HOUR)
        act(client, action, appointment)
        appointment.refresh_from_db()
        assert appointment.status == status

    def test_refusals_are_told_row_by_row_and_do_not_stop_the_others(
        self, site_admin: User, client: Client
    ) -> None:
        begun, ahead = make_booking(1), make_booking(2)
        Appointment.objects.filter(pk=begun.pk).update(start=clock.now() - HOUR)
        said = act(client, "complete", begun, ahead)
        assert sorted(said) == sorted(
            [
                f"{ahead.reference}: This can be said once the appointment has started.",
                "Changed: 1.",
            ]
        )
        ahead.refresh_from_db()
        assert ahead.status == Status.CONFIRMED

    def test_only_contact_and_notes_can_be_typed(self, site_admin: User, client: Client) -> None:
        appointment = make_booking()
        data = posted(client.get(change_url(appointment)))
        assert set(data) >= {"guest_name", "guest_email", "guest_phone", "notes"}
        forged = {"status": "completed", "price": "0", "staff": "", "start_0": "2020-01-01"}
        response = client.post(change_url(appointment), data | forged | {"notes": "By the door"})
        assert response.status_code == 302
        after = Appointment.objects.get(pk=appointment.pk)
        assert after.notes == "By the door"
        for name in ("status", "price", "staff_id", "start", "reference", "token"):
            assert getattr(after, name) == getattr(appointment, name)

    def test_saving_leaves_what_changed_meanwhile(self, site_admin: User, client: Client) -> None:
        """Somebody cancels between the page's reading of the row and its writing."""
        appointment = make_booking()

        def cancel_elsewhere(sender: object, **rest: object) -> None:
            Appointment.objects.update(status=Status.CANCELLED)

        pre_save.connect(cancel_elsewhere, sender=Appointment)
        try:
            data = posted(client.get(change_url(appointment))) | {"notes": "By the door"}
            assert client.post(change_url(appointment), data).status_code == 302
        finally:
            pre_save.disconnect(cancel_elsewhere, sender=Appointment)
        appointment.refresh_from_db()
        assert (appointment.notes, appointment.status) == ("By the door", Status.CANCELLED)

    def test_none_is_added_or_deleted(self, site_admin: User, client: Client) -> None:
        appointment = make_booking()
        assert client.post(list_url(Appointment) + "add/", {}).status_code == 403
        delete = change_url(appointment).replace("change/", "delete/")
        assert client.post(delete, {"post": "yes"}).status_code == 403
        act(client, "delete_selected", appointment)
        assert Appointment.objects.filter(pk=appointment.pk).exists()

    def test_secret_link_is_not_shown(self, site_admin: User, client: Client) -> None:
        appointment = make_booking()
        hold = Hold.objects.get()
        assert appointment.token not in client.get(change_url(appointment)).content.decode()
        page = client.get(change_url(hold)).content.decode()
        assert hold.token not in page
        assert hold.visitor not in page


class TestHistory:
    @pytest.mark.parametrize("model", [AppointmentEvent, Session, Hold])
    def test_rows_are_neither_added_changed_nor_deleted(
        self, site_admin: User, client: Client, model: type[Model]
    ) -> None:
        make_booking()
        row = model._default_manager.get()
        before = model._default_manager.values().get()
        assert client.post(list_url(model) + "add/", {}).status_code == 403
        assert client.post(change_url(row), {"reason": "forged"}).status_code == 403
        delete = change_url(row).replace("change/", "delete/")
        assert client.post(delete, {"post": "yes"}).status_code == 403
        assert model._default_manager.values().get() == before

    def test_rows_below_an_appointment_ignore_what_is_sent(
        self, site_admin: User, client: Client
    ) -> None:
        appointment = make_booking()
        event = appointment.events.get()
        data = posted(client.get(change_url(appointment)))
        data |= {
            "events-TOTAL_FORMS": "2",
            "events-INITIAL_FORMS": "1",
            "events-0-id": event.pk,
            "events-0-appointment": appointment.pk,
            "events-0-reason": "forged",
            "events-0-DELETE": "on",
            "events-1-reason": "forged too",
        }
        client.post(change_url(appointment), data)
        assert [row.reason for row in appointment.events.all()] == [""]


class TestOutbox:
    def test_failed_jobs_run_again_and_others_stay(self, site_admin: User, client: Client) -> None:
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        failed = OutboxJob.objects.create(
            kind="mail", run_at=long_ago, attempts=8, failed_at=long_ago, lease="x"
        )
        done = OutboxJob.objects.create(kind="mail", run_at=long_ago, attempts=1, done_at=long_ago)
        assert act(client, "retry", failed, done) == ["Queued again: 1."]
        failed.refresh_from_db()
        done.refresh_from_db()
        assert list(OutboxJob.objects.due(clock.now())) == [failed]
        assert (failed.attempts, failed.lease, failed.failed_at) == (0, "", None)
        assert (done.attempts, done.done_at, done.run_at) == (1, long_ago, long_ago)

    @pytest.mark.parametrize("state", ["open", "done", "failed"])
    def test_states_can_be_told_apart(self, site_admin: User, client: Client, state: str) -> None:
        now = clock.now()
        OutboxJob.objects.create(kind="open")
        OutboxJob.objects.create(kind="done", done_at=now)
        OutboxJob.objects.create(kind="failed", failed_at=now)
        found = client.get(list_url(OutboxJob), {"state": state}).context["cl"].result_list
        assert [job.kind for job in found] == [state]


class TestMessages:
    def test_send_again_adds_a_delivery_by_the_same_way(
        self, site_admin: User, client: Client
    ) -> None:
        make_booking()
        run_due(HANDLERS)
        sent = Delivery.objects.filter(channel=Channel.EMAIL)
        count = sent.count()
        rows = Delivery.objects.all()
        assert act(client, "send_again", *rows) == [f"Queued again: {count}."]
        assert act(client, "send_again", *rows) == ["Queued again: 0."]
        assert sent.filter(number=2, status=Delivery.Status.QUEUED).count() == count
        run_due(HANDLERS)
        assert sent.filter(status=Delivery.Status.SENT).count() == 2 * count

    def test_who_may_only_look_sends_nothing(self, db: None, client: Client) -> None:
        make_booking()
        clerk = make_user(is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        client.force_login(clerk)
        before = Delivery.objects.count()
        rows = list(Delivery.objects.values_list("pk", flat=True))
        client.post(list_url(Delivery), {"action": "send_again", "_selected_action": rows})
        assert Delivery.objects.count() == before
        assert client.get(list_url(Delivery)).status_code == 200

    @pytest.mark.parametrize("model", [Notification, Delivery])
    def test_the_log_is_only_looked_at(
        self, site_admin: User, client: Client, model: type[Model]
    ) -> None:
        make_booking()
        row = model._default_manager.order_by("pk")[:1].get()
        before = model._default_manager.values().get(pk=row.pk)
        assert client.post(list_url(model) + "add/", {}).status_code == 403
        assert client.post(change_url(row), {"status": "sent"}).status_code == 403
        delete = change_url(row).replace("change/", "delete/")
        assert client.post(delete, {"post": "yes"}).status_code == 403
        assert model._default_manager.values().get(pk=row.pk) == before

    def test_the_log_can_be_filtered(self, site_admin: User, client: Client) -> None:
        make_booking()
        Delivery.objects.filter(channel=Channel.EMAIL).update(
            status=Delivery.Status.FAILED, created_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        failed = set(Delivery.objects.filter(channel=Channel.EMAIL))
        assert failed
        for asked in ({"channel": "email"}, {"status": "failed"}, {"created_at__year": "2026"}):
            page = client.get(list_url(Delivery), {"channel": "email"} | asked)
            assert set(page.context["cl"].result_list) == failed
        page = client.get(list_url(Delivery), {"status__exact": "sent", "channel__exact": "email"})
        assert list(page.context["cl"].result_list) == []

    def test_the_secret_link_is_not_shown(self, site_admin: User, client: Client) -> None:
        appointment = make_booking()
        row = Notification.objects.get(side="customer")
        assert appointment.token in str(row.message)
        for url in (list_url(Notification), change_url(row), list_url(Delivery)):
            assert appointment.token not in client.get(url).content.decode()

    def test_unknown_placeholders_are_refused(self, site_admin: User, client: Client) -> None:
        make_booking()
        row = Wording.objects.get()
        data = posted(client.get(change_url(row)))
        response = client.post(change_url(row), data | {"text": "Hi {nme}"})
        assert "text" in response.context["adminform"].form.errors
        assert client.post(change_url(row), data | {"text": "Hi {name}"}).status_code == 302
        row.refresh_from_db()
        assert row.text == "Hi {name}"
