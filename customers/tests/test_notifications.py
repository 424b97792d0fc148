"""/me/notifications/: the list behind the bell."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Notification
from booking.tests.cast import make_user
from customers.tests.told import tell
from providers.models import Staff
from providers.tests.salon import DAY, HOUR, NOW, Salon

pytestmark = pytest.mark.django_db

LIST = "/me/notifications/"


def titles(html: str) -> list[str]:
    rows = re.findall(r"<h3>(.*?)</h3>", html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows]


def bell(client: Client) -> str:
    return client.get("/me/bell/").content.decode()


def read_at(message: Notification) -> object:
    message.refresh_from_db()
    return message.read_at


def test_visitor_is_asked_to_log_in(client: Client, db: None) -> None:
    response = client.get(LIST)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={LIST}")


def test_own_ones_newest_first_and_what_is_new_says_so(salon: Salon, dana: Client) -> None:
    tell(salon.dana, salon.provider, title="Old", created_at=NOW - DAY, read_at=NOW)
    tell(salon.dana, salon.provider, title="Fresh", created_at=NOW - HOUR)
    tell(salon.bob, salon.provider, title="Of Bob")
    html = dana.get(LIST).content.decode()
    assert titles(html) == ["New Fresh", "Old"]
    assert html.count('<li class="whole new">') == 1  # the shape
    assert "Tue 24 Nov, 11:00" in html  # the business's clock
    assert "Alice Salon" in html


def test_business_people_use_the_same_list(salon: Salon, client: Client) -> None:
    tell(salon.alice, salon.provider, title="New request", path="/provider/", side="provider")
    client.force_login(salon.alice)
    assert titles(client.get(LIST).content.decode()) == ["New New request"]


def test_empty_list_says_what_will_be_there(salon: Salon, dana: Client) -> None:
    html = dana.get(LIST).content.decode()
    assert "No messages yet" in html
    assert "Mark all as read" not in html


def test_looking_marks_nothing(salon: Salon, dana: Client) -> None:
    message = tell(salon.dana, salon.provider)
    dana.get(LIST)
    dana.head(LIST)
    dana.get(f"{LIST}{message.pk}/read/")
    dana.get(f"{LIST}read/")
    assert read_at(message) is None


def test_the_button_marks_one_and_opens_its_page(salon: Salon, dana: Client) -> None:
    message = tell(salon.dana, salon.provider, path="/me/appointments/K7QP3MXA/")
    other = tell(salon.dana, salon.provider)
    html = dana.get(LIST).content.decode()
    assert f'<button formaction="{LIST}{message.pk}/read/">' in html
    response = dana.post(f"{LIST}{message.pk}/read/")
    assert (response.status_code, response["Location"]) == (303, "/me/appointments/K7QP3MXA/")
    assert (read_at(message), read_at(other)) == (NOW, None)


def test_what_was_read_is_a_plain_link(salon: Salon, dana: Client) -> None:
    tell(salon.dana, salon.provider, path="/me/appointments/K7QP3MXA/", read_at=NOW)
    html = dana.get(LIST).content.decode()
    assert '<h3><a href="/me/appointments/K7QP3MXA/">' in html


def test_a_repeat_keeps_when_it_was_read_first(salon: Salon, dana: Client) -> None:
    message = tell(salon.dana, salon.provider, read_at=NOW - DAY)
    assert dana.post(f"{LIST}{message.pk}/read/").status_code == 303
    assert read_at(message) == NOW - DAY


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example/", "/\\evil.example/", ""]
)
def test_it_never_leads_to_another_site(salon: Salon, dana: Client, path: str) -> None:
    message = tell(salon.dana, salon.provider, path=path)
    assert dana.post(f"{LIST}{message.pk}/read/")["Location"] == LIST


@pytest.mark.parametrize("number", ["foreign", "999999", "99999999999999999999999"])
def test_foreign_and_unknown_ones_are_404(salon: Salon, dana: Client, number: str) -> None:
    foreign = tell(salon.bob, salon.provider)
    number = number if number != "foreign" else str(foreign.pk)
    assert dana.post(f"{LIST}{number}/read/").status_code == 404
    assert read_at(foreign) is None


def test_all_are_marked_at_once(salon: Salon, dana: Client) -> None:
    mine = [tell(salon.dana, salon.provider) for _ in range(3)]
    foreign = tell(salon.bob, salon.provider)
    response = dana.post(f"{LIST}read/", follow=True)
    assert response.redirect_chain == [(LIST, 303)]
    assert "All messages are marked as read." in response.content.decode()
    assert [read_at(each) for each in mine] == [NOW] * 3
    assert read_at(foreign) is None


def test_what_came_after_the_page_was_shown_stays_new(salon: Salon, dana: Client) -> None:
    seen = tell(salon.dana, salon.provider)
    [newest] = re.findall(r'name="newest" value="(\d+)"', dana.get(LIST).content.decode())
    later = tell(salon.dana, salon.provider)
    dana.post(f"{LIST}read/", {"newest": newest})
    assert (read_at(seen), read_at(later)) == (NOW, None)


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 30, "\x00", "٣"])
def test_a_bad_number_means_all(salon: Salon, dana: Client, newest: str) -> None:
    message = tell(salon.dana, salon.provider)
    assert dana.post(f"{LIST}read/", {"newest": newest}).status_code == 303
    assert read_at(message) == NOW


def test_pages_of_twenty(salon: Salon, dana: Client) -> None:
    for n in range(23):
        tell(salon.dana, salon.provider, title=f"Number {n}", created_at=NOW - n * HOUR)
    assert len(titles(dana.get(LIST).content.decode())) == 20
    assert titles(dana.get(LIST, {"page": "2"}).content.decode()) == [
        f"New Number {n}" for n in (20, 21, 22)
    ]


@pytest.mark.parametrize("page", ["0", "-3", "x", "9" * 30, "\x00"])
def test_bad_page_numbers_show_a_page(salon: Salon, dana: Client, page: str) -> None:
    assert dana.get(LIST, {"page": page}).status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_queries_do_not_grow(salon: Salon, dana: Client, number: int) -> None:
    for _ in range(number):
        tell(salon.dana, salon.provider)
    with CaptureQueriesContext(connection) as queries:
        assert dana.get(LIST).status_code == 200
    assert len(queries) == 6  # session, person, business or not, count, page, new ones


def test_words_are_text_not_markup(salon: Salon, dana: Client) -> None:
    tell(salon.dana, salon.provider, title="<script>1</script>", text="<b>X")
    html = dana.get(LIST).content.decode()
    assert "<script>1" not in html
    assert "<b>X" not in html


def test_the_forms_need_their_token(salon: Salon) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(salon.dana)
    message = tell(salon.dana, salon.provider)
    for url in (f"{LIST}{message.pk}/read/", f"{LIST}read/"):
        assert browser.post(url).status_code == 403
    assert read_at(message) is None


def test_strangers_post_nothing(salon: Salon, client: Client) -> None:
    message = tell(salon.dana, salon.provider)
    client.force_login(make_user())
    client.post(f"{LIST}read/")
    assert read_at(message) is None


@pytest.mark.parametrize("how", ["archived", "removed"])
def test_whoever_left_a_business_reads_nothing_of_its_customers(
    salon: Salon, client: Client, how: str
) -> None:
    about = tell(salon.bob, salon.provider, title="Danai booked", side="provider", kind="digest")
    tell(salon.bob, salon.provider, title="Your own booking")
    client.force_login(salon.bob)
    assert len(titles(client.get(LIST).content.decode())) == 2
    row = Staff.objects.filter(user=salon.bob)
    row.update(active=False) if how == "archived" else row.update(user=None)
    html = client.get(LIST).content.decode()
    assert titles(html) == ["New Your own booking"]
    assert "Danai" not in html + client.get("/me/").content.decode()
    assert "1 new" in " ".join(re.sub(r"<[^>]*>", " ", bell(client)).split())
    assert client.post(f"{LIST}{about.pk}/read/").status_code == 404
    client.post(f"{LIST}read/")
    assert read_at(about) is None


@pytest.mark.parametrize("messages", [1, 9])
def test_it_asks_as_little_whatever_is_there(salon: Salon, client: Client, messages: int) -> None:
    for n in range(messages):
        tell(salon.bob, salon.provider, side="provider" if n % 2 else "customer")
    client.force_login(salon.bob)
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    assert len(queries) == 6
