"""Who books, as the business knows them: recognised, made once, blocked."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from booking.domain.actors import Actor
from booking.domain.booking import Contact
from booking.domain.clients import find_clients, identities
from booking.domain.errors import ClientBlocked
from booking.models import Appointment, Client, OutboxJob, Session
from booking.tests.cast import make_provider, make_service, make_staff, make_user
from booking.tests.domain.conftest import Salon
from booking.tests.domain.test_client_care import theirs
from project.errors import InvalidInput
from providers.models import Staff

ANN = Contact(name="Ann", email="Ann@Example.com", phone="+263771234567")


def clients(salon: Salon) -> list[Client]:
    return list(Client.objects.for_provider(salon.provider).order_by("pk"))


def test_identities_are_strongest_first(db: None) -> None:
    dana = make_user("dana@example.com", phone="+263772000111")
    assert identities(dana, Contact()) == [
        f"user:{dana.pk}",
        "email:dana@example.com",
        "phone:+263772000111",
    ]
    assert identities(None, ANN) == ["email:ann@example.com", "phone:+263771234567"]
    assert identities(None, Contact(name="Ann")) == []


def test_the_first_booking_makes_the_client(salon: Salon) -> None:
    appointment = salon.book("10:00", contact=ANN)
    (client,) = clients(salon)
    assert appointment.client == client
    assert (client.name, client.email, client.phone) == ("Ann", "ann@example.com", "+263771234567")
    assert (client.identity, client.user) == ("email:ann@example.com", None)


@pytest.mark.parametrize(
    "again",
    [
        Contact(name="Ann M.", email="ann@example.com"),
        Contact(name="Ann", phone="+263771234567"),
        Contact(name="Ann", email="other@example.com", phone="+263771234567"),
    ],
    ids=["email", "phone", "phone and another email"],
)
def test_a_person_is_known_by_any_of_their_identities(salon: Salon, again: Contact) -> None:
    first = salon.book("10:00", contact=ANN)
    second = salon.book("12:00", contact=again)
    assert [one.pk for one in clients(salon)] == [first.client_id] == [second.client_id]
    assert second.guest_name == again.name


def test_email_says_more_than_phone(salon: Salon) -> None:
    """Two who share a phone: the address tells them apart."""
    ann = theirs(salon.book("09:00", contact=Contact(name="Ann", email="ann@example.com")))
    ben = theirs(salon.book("10:00", contact=Contact(name="Ben", phone="+263771234567")))
    again = theirs(salon.book("11:00", contact=ANN))
    assert again == ann != ben


def test_gaps_are_filled_by_the_business_alone_and_nothing_is_replaced(salon: Salon) -> None:
    owner = Actor.provider(salon.provider.owner)
    salon.book("09:00", contact=Contact(name="Ann", email="ann@example.com"))
    salon.book("10:00", contact=Contact("Annie", "ann@example.com", "+263772000111"))
    (client,) = clients(salon)
    assert (client.name, client.phone) == ("Ann", "")
    salon.book("11:00", by=owner, contact=Contact("Annie", "ann@example.com", "+263771234567"))
    salon.book("12:00", by=owner, contact=Contact("Anna", "ann@example.com", "+263772000111"))
    (client,) = clients(salon)
    assert (client.name, client.phone) == ("Ann", "+263771234567")


def test_whoever_types_a_clients_phone_does_not_get_their_mail(salon: Salon) -> None:
    salon.book("10:00", contact=Contact(name="Vic", phone="+263772000111"))
    salon.book("11:00", contact=Contact("Eve", "eve@example.com", "+263772000111"))
    assert clients(salon)[0].email == ""


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_guest_who_opens_an_account_stays_one_client_once_the_address_is_confirmed(
    salon: Salon, confirmed: bool
) -> None:
    guest = theirs(salon.book("10:00", contact=ANN))
    ann = make_user("ann@example.com", name="Ann Moyo")
    EmailAddress.objects.create(user=ann, email=ann.email, verified=confirmed)
    booked = salon.book("11:00", by=Actor.customer(ann), customer=ann, contact=None)
    assert booked.client is not None
    assert (booked.client == guest) is confirmed
    assert len(clients(salon)) == (1 if confirmed else 2)
    client = Client.objects.get(user=ann)
    assert (client.identity, client) == (f"user:{ann.pk}", booked.client)


def test_an_account_that_types_a_clients_phone_is_another_client(salon: Salon) -> None:
    vic = theirs(salon.book("10:00", contact=Contact(name="Vic", phone="+263772000111")))
    eve = make_user("eve@example.com", name="Eve")
    phone = Contact(phone="+263772000111")
    booked = salon.book("11:00", by=Actor.customer(eve), customer=eve, contact=phone)
    assert booked.client != vic
    vic.refresh_from_db()
    assert vic.user is None


def test_a_guest_with_an_accounts_address_is_another_client(salon: Salon) -> None:
    dana = make_user("dana@example.com", name="Dana")
    salon.book("10:00", by=Actor.customer(dana), customer=dana, contact=None)
    salon.book("11:00", contact=Contact("Eve", "dana@example.com", "+263772000111"))
    own = Client.objects.get(user=dana)
    assert (own.name, own.phone, own.appointments.count()) == ("Dana", "", 1)
    assert len(clients(salon)) == 2


def test_two_accounts_with_one_phone_are_two_clients(salon: Salon) -> None:
    for clock_face, email in (("10:00", "mother@example.com"), ("11:00", "daughter@example.com")):
        user = make_user(email, phone="+263772000111")
        salon.book(clock_face, by=Actor.customer(user), customer=user, contact=None)
    assert len(clients(salon)) == 2


def test_somebody_of_whom_only_a_name_is_known_is_new_each_time(salon: Salon) -> None:
    for clock_face in ("10:00", "11:00"):
        salon.book(clock_face, by=salon.owner, contact=Contact(name="Walk-in"))
    assert [(one.name, one.identity) for one in clients(salon)] == [("Walk-in", None)] * 2


def test_each_business_has_its_own_clients(salon: Salon) -> None:
    first = theirs(salon.book("10:00", contact=ANN))
    elsewhere = make_provider()
    staff = make_staff(elsewhere)
    service = make_service(elsewhere, staff=[staff])
    second = theirs(salon.book("10:00", ask=salon.ask(service=service), contact=ANN))
    assert first != second
    assert second.provider == elsewhere


def test_a_merged_row_leads_to_the_one_it_became(salon: Salon) -> None:
    main = theirs(salon.book("10:00", contact=Contact(name="Ann", email="ann@example.com")))
    gone = theirs(salon.book("11:00", contact=Contact(name="Ann", phone="+263771234567")))
    Client.objects.filter(pk=gone.pk).update(merged_into=main)
    assert theirs(salon.book("12:00", contact=Contact(name="A", phone="+263771234567"))) == main


# --- blocked --------------------------------------------------------------------------------------


@pytest.fixture
def blocked(salon: Salon) -> Client:
    client = theirs(salon.book("09:00", contact=ANN))
    Client.objects.filter(pk=client.pk).update(blocked=True)
    client.refresh_from_db()
    return client


@pytest.mark.parametrize(
    "contact",
    [
        ANN,
        Contact(name="Ann", email="ANN@example.com"),
        Contact(name="Somebody", phone="+263771234567"),
        Contact(name="Somebody", email="new@example.com", phone="+263771234567"),
    ],
)
def test_a_blocked_client_cannot_book(salon: Salon, blocked: Client, contact: Contact) -> None:
    before = [m.objects.count() for m in (Appointment, Session, OutboxJob, Client)]
    with pytest.raises(ClientBlocked) as refusal:
        salon.book("10:00", contact=contact)
    assert "call them" in refusal.value.message
    assert [m.objects.count() for m in (Appointment, Session, OutboxJob, Client)] == before


def test_nor_with_an_account_of_the_same_address(salon: Salon, blocked: Client) -> None:
    ann = make_user("ann@example.com")
    with pytest.raises(ClientBlocked):
        salon.book("10:00", by=Actor.customer(ann), customer=ann, contact=None)


def test_nor_with_a_new_account_of_the_same_phone(salon: Salon, blocked: Client) -> None:
    Client.objects.filter(pk=blocked.pk).update(user=make_user("ann@example.com"))
    other = make_user("new@example.com", phone="+263771234567")
    with pytest.raises(ClientBlocked):
        salon.book("10:00", by=Actor.customer(other), customer=other, contact=None)


def test_the_business_itself_may_book_for_them(salon: Salon, blocked: Client) -> None:
    assert theirs(salon.book("10:00", by=salon.owner, contact=ANN)) == blocked
    assert theirs(salon.book("11:00", by=salon.owner, client=blocked)) == blocked


def test_another_business_does_not_care(salon: Salon, blocked: Client) -> None:
    elsewhere = make_provider()
    service = make_service(elsewhere, staff=[make_staff(elsewhere)])
    assert salon.book("10:00", ask=salon.ask(service=service), contact=ANN).pk


# --- booking for somebody known -------------------------------------------------------------------


def test_contact_comes_from_the_client(salon: Salon) -> None:
    client = theirs(salon.book("10:00", contact=ANN))
    made = salon.book("11:00", by=salon.owner, contact=None, client=client)
    assert (made.guest_name, made.guest_email, made.guest_phone, made.customer) == (
        *("Ann", "ann@example.com", "+263771234567"),
        None,
    )
    assert made.client == client


def test_the_account_comes_from_the_client(salon: Salon) -> None:
    dana = make_user("dana@example.com", name="Dana")
    client = theirs(salon.book("10:00", by=Actor.customer(dana), customer=dana, contact=None))
    made = salon.book("11:00", by=salon.owner, contact=None, client=client)
    assert (made.customer, made.contact_name, made.guest_name) == (dana, "Dana", "")


def test_a_merged_client_is_booked_as_whom_it_became(salon: Salon) -> None:
    main = theirs(salon.book("10:00", contact=Contact(name="Ann", email="ann@example.com")))
    gone = theirs(salon.book("11:00", contact=Contact(name="Ann", phone="+263771234567")))
    Client.objects.filter(pk=gone.pk).update(merged_into=main)
    made = salon.book("12:00", by=salon.owner, contact=None, client=gone)
    assert (made.client, made.guest_email) == (main, "ann@example.com")


def test_a_client_of_another_business_is_refused(salon: Salon) -> None:
    stranger = Client.objects.create(provider=make_provider(), name="Stranger")
    with pytest.raises(InvalidInput) as refusal:
        salon.book("10:00", by=salon.owner, contact=None, client=stranger)
    assert refusal.value.field == "client"


# --- what it costs --------------------------------------------------------------------------------


def test_a_known_client_costs_one_query_and_a_new_one_two(
    salon: Salon, django_assert_num_queries: Any
) -> None:
    salon.book("09:00", contact=ANN)
    ask = salon.ask()
    with django_assert_num_queries(13):
        salon.book("10:00", ask=ask, contact=ANN)
    with django_assert_num_queries(14):
        salon.book("11:00", ask=ask, contact=Contact(name="Ben", email="ben@example.com"))


# --- looking for clients --------------------------------------------------------------------------


@pytest.fixture
def three(salon: Salon) -> dict[str, Client]:
    return {
        name: Client.objects.create(
            provider=salon.provider, name=name, email=email, phone=phone, identity=f"email:{email}"
        )
        for name, email, phone in (
            ("Ann Moyo", "ann@example.com", "+263772123456"),
            ("Ben Dube", "benjamin@example.org", "+263773456123"),
            ("Chipo 100%", "c@example.com", ""),
        )
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("moyo", ["Ann Moyo"]),
        ("BENJ", ["Ben Dube"]),
        ("3456", ["Ann Moyo"]),
        ("6 123", ["Ben Dube"]),
        ("077 212", ["Ann Moyo"]),
        ("+263 773", ["Ben Dube"]),
        ("0%", ["Chipo 100%"]),
        ("%", ["Chipo 100%"]),
        ("56", []),
        ("nobody", []),
        (" ", ["Ann Moyo", "Ben Dube", "Chipo 100%"]),
    ],
)
def test_clients_are_found(
    salon: Salon, three: dict[str, Client], text: str, expected: list[str]
) -> None:
    assert [one.name for one in find_clients(salon.provider, text)] == expected


def test_neither_the_merged_nor_those_of_others_are_found(
    salon: Salon, three: dict[str, Client]
) -> None:
    Client.objects.filter(name="Ann Moyo").update(merged_into=three["Ben Dube"])
    Client.objects.create(provider=make_provider(), name="Ann Moyo")
    assert list(find_clients(salon.provider, "moyo")) == []


def test_staff_find_those_whom_they_have_had(salon: Salon) -> None:
    mine = theirs(salon.book("10:00", contact=ANN))
    salon.book("11:00", contact=ANN)
    other: Staff = make_staff(salon.provider)
    assert list(find_clients(salon.provider, "ann", staff=salon.staff)) == [mine]
    assert list(find_clients(salon.provider, "ann", staff=other)) == []
