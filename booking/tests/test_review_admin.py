"""Reviews in the admin: hidden for a reason and shown again, reports settled, nothing edited."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from booking.models import Review, ReviewReport
from booking.tests.cast import make_user
from customers.models import User
from project.tests.admin_pages import change_url, list_url, make_booking
from providers.models import Provider


@pytest.fixture
def site_admin(db: None, client: Client) -> User:
    """An administrator, logged in."""
    user = User.objects.create_superuser("boss@example.com", "a-password-for-tests")
    client.force_login(user)
    return user


@pytest.fixture
def review(site_admin: User) -> Review:
    """A reported review, counted by its business."""
    appointment = make_booking()
    Provider.objects.filter(pk=appointment.provider_id).update(rating_total=4, rating_count=1)
    return Review.objects.get()


def act(client: Client, action: str, row: Review | ReviewReport, reason: str = "") -> list[str]:
    data = {"action": action, "_selected_action": [row.pk], "reason": reason}
    answer = client.post(list_url(type(row)), data, follow=True)
    return [str(message) for message in answer.context["messages"]]


def figures(review: Review) -> tuple[int, int]:
    provider = Provider.objects.get(pk=review.provider_id)
    return provider.rating_total, provider.rating_count


def test_hiding_goes_through_the_domain(client: Client, review: Review) -> None:
    assert act(client, "hide", review, "It names a person") == ["Hidden: 1."]
    review.refresh_from_db()
    assert review.hidden_because == "It names a person"
    assert review.hidden_at is not None
    assert figures(review) == (0, 0)
    assert ReviewReport.objects.get().settled_at is not None
    assert act(client, "show", review) == ["Shown again: 1."]
    assert figures(review) == (4, 1)


def test_hiding_needs_a_reason(client: Client, review: Review) -> None:
    assert act(client, "hide", review) == ["Say why, in at most 200 characters."]
    assert figures(review) == (4, 1)


def test_a_report_is_settled_and_the_review_stays(client: Client, review: Review) -> None:
    report = ReviewReport.objects.get()
    assert act(client, "settle", report) == ["Settled: 1."]
    report.refresh_from_db()
    assert report.settled_at is not None
    assert Review.objects.shown().count() == 1


def test_or_the_review_is_hidden(client: Client, review: Review) -> None:
    report = ReviewReport.objects.get()
    act(client, "hide", report, "Untrue")
    report.refresh_from_db()
    assert report.settled_at is not None
    assert figures(review) == (0, 0)


def test_words_stay_the_authors(client: Client, review: Review) -> None:
    assert client.post(change_url(review), {"text": "Splendid", "rating": 5}).status_code == 403
    review.refresh_from_db()
    assert (review.text, review.rating) == ("Neat work", 4)


@pytest.mark.parametrize(("state", "seen"), [("open", 1), ("settled", 0)])
def test_reports_are_found_by_state(client: Client, review: Review, state: str, seen: int) -> None:
    answer = client.get(list_url(ReviewReport), {"state": state})
    assert answer.context["cl"].result_count == seen


@pytest.mark.parametrize("query", ["Neat", "?shown=yes", "?answered=no", "?stars=4"])
def test_reviews_are_found(client: Client, review: Review, query: str) -> None:
    path = list_url(Review) + (query if query[0] == "?" else f"?q={query}")
    assert client.get(path).context["cl"].result_count == 1


@pytest.mark.parametrize("query", ["nothing-like-it", "?shown=no", "?answered=yes", "?stars=5"])
def test_and_others_are_not(client: Client, review: Review, query: str) -> None:
    path = list_url(Review) + (query if query[0] == "?" else f"?q={query}")
    assert client.get(path).context["cl"].result_count == 0


def test_whoever_may_only_look_cannot_hide(client: Client, review: Review) -> None:
    looker = make_user(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_review"))
    client.force_login(looker)
    act(client, "hide", review, "Insults")
    assert Review.objects.shown().count() == 1


def test_saving_a_business_keeps_what_was_counted_meanwhile(client: Client, review: Review) -> None:
    """The form was opened, a review came, the form was sent: the figures are not put back."""
    provider = Provider.objects.get()
    before = client.get(change_url(provider))
    form = before.context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: "" if value is None else value for name, value in data.items()}
    stale = Provider.objects.get()

    def later(*_: object, **__: object) -> Provider:
        Provider.objects.filter(pk=stale.pk).update(rating_total=9, rating_count=2)
        return stale

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("providers.admin.ProviderAdmin.get_object", later)
        answer = client.post(change_url(provider), data | {"name": "Another name"})
    assert answer.status_code == 302
    assert Provider.objects.get().name == "Another name"
    assert figures(review) == (9, 2)
