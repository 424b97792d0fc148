"""A provider's own words: placeholders are filled in, and nothing else ever happens to the text."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Wording
from booking.notifications.own_words import (
    PLACEHOLDERS,
    fill_in,
    keep_own_text,
    own_word_values,
    own_words_for,
    validate_wording,
)
from booking.tests.jobs.salon import Salon

pytestmark = pytest.mark.django_db

CONFIRMATION, REMINDER = Wording.Kind.CONFIRMATION, Wording.Kind.REMINDER
INJECTIONS = [
    "{{7*7}}",
    "{{ name }}",
    "{name.__class__}",
    "{name!r}",
    "{name:>10}",
    "{0}",
    "{}",
    "{name[0]}",
    "{% debug %}",
    "${{name}}",
]


def test_every_placeholder_is_filled_in(salon: Salon) -> None:
    appointment = salon.book()
    values = own_word_values(appointment)
    assert values.keys() == PLACEHOLDERS.keys()
    assert values == {
        "name": "Chipo Moyo",
        "service": "Box braids",
        "staff": "Rudo",
        "when": "Tue 24 Nov, 14:30 (Harare time)",
        "place": "12 Samora Machel Avenue, Harare",
        "price": "USD 45.00",
        "reference": appointment.reference,
        "link": f"http://127.0.0.1:8000/a/{appointment.token}/",
    }
    text = " | ".join(f"{{{name}}}" for name in values)
    keep_own_text(salon.provider, CONFIRMATION, text)
    assert own_words_for(appointment, CONFIRMATION) == " | ".join(values.values())


def test_without_a_person_the_business_stands_in(salon: Salon) -> None:
    appointment = salon.book()
    appointment.staff = None
    assert own_word_values(appointment)["staff"] == "Tendai Hair Studio"


def test_each_kind_has_its_own_and_none_says_nothing(salon: Salon) -> None:
    appointment = salon.book()
    keep_own_text(salon.provider, REMINDER, "Please wash your hair, {name}.")
    assert own_words_for(appointment, CONFIRMATION) == ""
    assert own_words_for(appointment, REMINDER) == "Please wash your hair, Chipo Moyo."


def test_empty_text_forgets_it(salon: Salon) -> None:
    keep_own_text(salon.provider, REMINDER, "Once")
    keep_own_text(salon.provider, REMINDER, "Twice")
    assert Wording.objects.get().text == "Twice"
    keep_own_text(salon.provider, REMINDER, "  \n")
    assert not Wording.objects.exists()


@pytest.mark.parametrize(
    "text", ["Hi {name}", "{ Name }, {LINK}", "100 % sure %(name)s %s", "", "$"]
)
def test_what_may_be_written(text: str) -> None:
    validate_wording(text)


@pytest.mark.parametrize("text", [*INJECTIONS, "{nmae}", "{name", "name}", "}{", "{{", "{na\nme}"])
def test_anything_else_in_braces_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        validate_wording(text)


def test_the_refusal_names_the_mistake_and_what_there_is() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_wording("Dear {name}, see {adress}")
    [message] = refused.value.messages
    assert message == (
        "{adress} cannot be filled in. In braces there may be: {name}, {service}, {staff}, {when}, "
        "{place}, {price}, {reference}, {link}."
    )


def test_six_hundred_characters_and_no_more() -> None:
    validate_wording("x" * 600)
    with pytest.raises(ValidationError, match="at most 600 characters; these are 601"):
        validate_wording("x" * 601)


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_stored_all_the_same_stays_text(salon: Salon, text: str) -> None:
    """Written by an administrator, or under older rules."""
    appointment = salon.book()
    Wording.objects.create(provider=salon.provider, kind=CONFIRMATION, text=text)
    said = own_words_for(appointment, CONFIRMATION)
    assert said in {
        text,
        text.replace("{name}", "Chipo Moyo"),
        text.replace("{ name }", "Chipo Moyo"),
    }


def test_a_percent_sign_means_nothing(salon: Salon) -> None:
    assert fill_in("%(name)s %s 50 %", {"name": "X"}) == "%(name)s %s 50 %"


def test_braces_in_a_name_mean_nothing() -> None:
    values = {"name": "{link}", "link": "secret"}
    assert fill_in("{name} {name}", values) == "{link} {link}"


def test_it_costs_one_query(salon: Salon) -> None:
    made = salon.book()
    keep_own_text(salon.provider, REMINDER, "{name} {service} {staff} {when} {place} {link}")
    appointment = Appointment.objects.with_names().get(pk=made.pk)
    with CaptureQueriesContext(connection) as queries:
        own_words_for(appointment, REMINDER)
    assert len(queries) == 1
