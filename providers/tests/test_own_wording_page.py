"""/provider/messages/: the business's own words, with a look at what they become."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Wording
from booking.notifications.own_words import keep_own_text
from booking.tests.cast import make_provider, make_staff, make_user
from customers.models import User
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

PAGE, PREVIEW = "/provider/messages/", "/provider/messages/preview/"
HTMX = {"HX-Request": "true", "HX-Target": "preview"}
WORDS = {"confirmation": "Dear {name},\r\nplease come to {place}.", "reminder": "See you, {name}!"}


def kept() -> dict[str, str]:
    return dict(Wording.objects.values_list("kind", "text"))


def preview(html: str) -> list[str]:
    """What the preview says of each kind."""
    articles = re.findall(r"<article>(.*?)</article>", html, re.DOTALL)
    return [unescape(" ".join(re.sub(r"<[^>]*>", " ", each).split())) for each in articles]


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("role", ["alice", "mary"])
def test_owner_and_manager_find_it_and_keep_their_words(
    salon: Salon, as_user: LogIn, role: str
) -> None:
    client = as_user(getattr(salon, role))
    assert f'href="{PAGE}"' in client.get("/provider/business/").content.decode()
    response = client.post(PAGE, WORDS, follow=True)
    assert response.redirect_chain == [(PAGE, 303)]
    assert kept() == {
        "confirmation": "Dear {name},\nplease come to {place}.",
        "reminder": "See you, {name}!",
    }
    html = response.content.decode()
    assert "Saved. The next messages say it." in html
    assert "See you, {name}!</textarea>" in html


@pytest.mark.parametrize("role", ["bob", "dana"])
def test_for_staff_and_customers_it_does_not_exist(salon: Salon, as_user: LogIn, role: str) -> None:
    client = as_user(getattr(salon, role))
    for url in (PAGE, PREVIEW):
        assert client.get(url).status_code == 404
        assert client.post(url, WORDS).status_code == 404
    assert f'href="{PAGE}' not in client.get("/provider/").content.decode()
    assert kept() == {}


def test_empty_words_are_forgotten(salon: Salon, as_user: LogIn) -> None:
    keep_own_text(salon.provider, Wording.Kind.REMINDER, "Once")
    as_user(salon.alice).post(PAGE, {"confirmation": " \r\n", "reminder": ""})
    assert kept() == {}


@pytest.mark.parametrize(
    "text", ["{{7*7}}", "{name.__class__}", "{nmae}", "{% debug %}", "{", "x" * 601]
)
def test_what_cannot_be_filled_in_is_refused_and_explained(
    salon: Salon, as_user: LogIn, text: str
) -> None:
    response = as_user(salon.alice).post(PAGE, WORDS | {"reminder": text})
    assert response.status_code == 422
    html = unescape(response.content.decode())
    assert "In braces there may be: {name}, {service}" in html or "at most 600" in html
    assert text in html  # nothing typed is lost
    assert kept() == {}


def test_lines_count_once(salon: Salon, as_user: LogIn) -> None:
    """Browsers let 600 characters be typed and send each line's end as two."""
    text = "\r\n".join(["x" * 99] * 6)
    assert as_user(salon.alice).post(PAGE, {"confirmation": text}).status_code == 303
    assert len(kept()["confirmation"]) == 599


def test_percent_signs_stay_as_they_are(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    html = client.post(PREVIEW, {"confirmation": "%(name)s 50 % ${x"[:-3]}, headers=HTMX)
    assert preview(html.content.decode())[0].endswith("%(name)s 50 %")


def test_htmx_gets_the_preview_alone_and_nothing_is_kept(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    html = client.post(PREVIEW, WORDS, headers=HTMX).content.decode()
    assert "<html" not in html
    assert preview(html) == [
        "Confirmations Your booking is confirmed Dear Tariro Moyo, please come to Harare.",
        "Reminders Your booking is coming up See you, Tariro Moyo!",
    ]
    assert kept() == {}


def test_without_javascript_a_button_shows_the_page_with_the_preview(
    salon: Salon, as_user: LogIn
) -> None:
    keep_own_text(salon.provider, Wording.Kind.REMINDER, "Old words")
    client = as_user(salon.alice)
    html = client.get(PAGE).content.decode()
    assert f'formaction="{PREVIEW}"' in html
    assert preview(html)[1] == "Reminders Your booking is coming up Old words"
    response = client.post(PREVIEW, WORDS)
    html = response.content.decode()
    assert response.status_code == 200
    assert "See you, {name}!</textarea>" in html
    assert preview(html)[1] == "Reminders Your booking is coming up See you, Tariro Moyo!"
    assert f'action="{PAGE}"' in html  # saving goes to where it is saved
    assert kept() == {"reminder": "Old words"}


def test_the_preview_explains_what_is_wrong(salon: Salon, as_user: LogIn) -> None:
    html = as_user(salon.alice).post(PREVIEW, {"reminder": "Hi {nmae}"}, headers=HTMX)
    nothing, wrong = preview(html.content.decode())
    assert nothing == "Confirmations Nothing beside the facts."
    assert wrong.startswith("Reminders {nmae} cannot be filled in. In braces there may be: {name}")


def test_the_sample_is_of_this_business(salon: Salon, as_user: LogIn) -> None:
    every = "{service}; {staff}; {when}; {place}; {price}"
    html = as_user(salon.alice).post(PREVIEW, {"confirmation": every}, headers=HTMX)
    assert preview(html.content.decode())[0].endswith(
        "Braids; Bob; Thu 26 Nov, 14:30 (Harare time); Harare; USD 20.00"
    )


def test_a_business_without_services_has_a_sample_too(as_user: LogIn, db: None) -> None:
    owner = make_user()
    make_provider(owner, name="New")
    html = as_user(owner).post(PREVIEW, {"reminder": "{service} {staff}"}, headers=HTMX)
    assert preview(html.content.decode())[1].endswith("Haircut New")


def test_words_are_text_not_markup(salon: Salon, as_user: LogIn) -> None:
    salon.provider.address = "<b>Street"
    salon.provider.save()
    evil = {
        "confirmation": "<script>1</script> {place}",
        "reminder": "</textarea><script>2</script>",
    }
    client = as_user(salon.alice)
    answers = [client.post(PREVIEW, evil, headers=HTMX), client.post(PREVIEW, evil)]
    client.post(PAGE, evil)
    answers.append(client.get(PAGE))
    for answer in answers:
        html = answer.content.decode()
        assert not re.search(r"<script>\d|<b>Street", html)
        assert "&lt;script&gt;1" in html


def test_a_chosen_business_stays_chosen(salon: Salon, as_user: LogIn) -> None:
    second = make_provider(salon.alice, slug="second", name="Second Salon")
    client = as_user(salon.alice)
    html = client.get("/provider/business/?business=second").content.decode()
    assert f'href="{PAGE}?business=second"' in html
    html = client.get(f"{PAGE}?business=second").content.decode()
    assert f'action="{PAGE}?business=second"' in html
    assert f'formaction="{PREVIEW}?business=second"' in html
    response = client.post(f"{PAGE}?business=second", WORDS)
    assert response["Location"] == f"{PAGE}?business=second"
    assert set(Wording.objects.values_list("provider", flat=True)) == {second.pk}


def test_a_foreign_business_is_404(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.charlie)
    assert client.get(f"{PAGE}?business=salon").status_code == 404
    assert client.post(f"{PAGE}?business=salon", WORDS).status_code == 404
    assert kept() == {}


def test_somebody_who_works_here_and_owns_there_comes_to_their_own(
    salon: Salon, as_user: LogIn
) -> None:
    make_staff(salon.provider, user=salon.charlie)
    client = as_user(salon.charlie)
    assert "Charlie Cuts" in client.get(PAGE).content.decode()
    client.post(PAGE, WORDS)
    assert set(Wording.objects.values_list("provider", flat=True)) == {salon.elsewhere.pk}


@pytest.mark.parametrize("staff", [0, 30])
def test_queries_do_not_grow(salon: Salon, as_user: LogIn, staff: int) -> None:
    for _ in range(staff):
        make_staff(salon.provider)
    client = as_user(salon.alice)
    with CaptureQueriesContext(connection) as page:
        assert client.get(PAGE).status_code == 200
    with CaptureQueriesContext(connection) as fragment:
        assert client.post(PREVIEW, WORDS, headers=HTMX).status_code == 200
    assert (len(page), len(fragment)) == (7, 6)


def test_the_forms_need_their_token(salon: Salon) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(salon.alice)
    for url in (PAGE, PREVIEW):
        assert strict.post(url, WORDS).status_code == 403
