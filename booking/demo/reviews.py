"""What the people of the demo market say of their visits, and what the businesses answer.

Reviews are written by people with accounts, so half of those who book get one (nobody can log in
with it), and their bookings with it, as if they had claimed them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from booking.demo import market
from booking.demo.blueprint import chance
from booking.demo.build import Business
from booking.domain.reviews import count_anew
from booking.models import Appointment, Client, Review, Status
from customers.models import User

MOST = 14
"""Reviews of one business: two pages of them."""

WITHOUT_EVERY = 6
"""One business in six has none yet, as new ones do."""

LEFT_TO_REVIEW = 2
"""How many of the demo customer's latest visits wait for a review."""

STARS = (5,) * 11 + (4,) * 6 + (3,) * 2 + (2, 1)
"""Drawn with equal chances."""

TEXTS = {
    5: (
        "On time, friendly, and exactly what I asked for.",
        "Booked on the bus, was served ten minutes after I arrived. Will come back.",
        "They listened first and then did a lovely job.",
        "Clean place, fair price, no waiting. What more does one want?",
        "My sister sent me here and she was right.",
        "Explained everything and did not hurry me.",
        "Third time here and it is always good.",
        "Worth the trip across town.",
        "Took care of the small things that others forget.",
        "I moved my time twice and they were kind about it.",
        "",
    ),
    4: (
        "Very good work. The waiting room gets warm in the afternoon.",
        "Started ten minutes late but did not cut my time short.",
        "Happy with the result. Parking is a bit of a puzzle.",
        "Good, and the reminder the day before helped me.",
        "Nice people. A little more than I used to pay.",
        "",
    ),
    3: (
        "All right. I had hoped for a little more advice.",
        "The work is fine, the music was too loud for me.",
        "Had to wait for half an hour although I had booked.",
    ),
    2: (
        "Felt rushed. The person before me took too long, and I paid for it with my time.",
        "Not what we had agreed on, and it had to be done again.",
    ),
    1: ("Nobody was there when I came, and the phone was off.",),
}
ANSWERS = {
    True: (
        "Thank you! See you next time.",
        "That makes our day. Thank you for taking the time.",
        "We tell the team. Thank you!",
    ),
    False: (
        "We are sorry about that. Please call us, so that we can put it right.",
        "Thank you for telling us. We now leave more time between two bookings.",
        "You are right, that should not happen. The next visit is on us: call and we arrange it.",
    ),
}
GOOD = 4


def build_reviews(businesses: Sequence[Business], *, customer: User, now: datetime) -> int:
    """Write accounts, reviews and answers; return the number of reviews."""
    regulars = _give_accounts()
    written: list[Review] = []
    for number, business in enumerate(businesses):
        if number % WITHOUT_EVERY != WITHOUT_EVERY - 1:
            written += _review(business, regulars, now=now)
    written += _of_customer(customer, now=now)
    Review.objects.bulk_create(written)
    for provider_id in sorted({review.provider_id for review in written}):
        count_anew(provider_id)
    return len(written)


def _give_accounts() -> list[User]:
    """Make accounts for every other name of the market, and put their bookings to them."""
    names = [name for country in market.NAMES.values() for name in country[::2]]
    unusable = make_password(None)
    for name in names:
        email = name.lower().replace(" ", ".") + "@example.com"
        User.objects.get_or_create(email=email, defaults={"name": name, "password": unusable})
    users = list(User.objects.filter(name__in=names).order_by("pk"))
    known = set(EmailAddress.objects.filter(user__in=users).values_list("user", flat=True))
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True)
        for user in users
        if user.pk not in known
    )
    for user in users:
        Appointment.objects.filter(customer=None, guest_email=user.email).update(customer=user)
        guest = Client.objects.filter(user=None, identity=f"email:{user.email}")
        guest.update(user=user, identity=f"user:{user.pk}")
    return users


def _review(business: Business, regulars: Sequence[User], *, now: datetime) -> Iterator[Review]:
    """Yield reviews of one business: one of a person, hardly a text twice."""
    slug = business.shop.slug
    rng = chance(slug, "reviews")
    texts = {stars: rng.sample(each, len(each)) for stars, each in TEXTS.items()}
    done = Appointment.objects.filter(provider=business.provider, status=Status.COMPLETED)
    visits = list(done.filter(customer__in=regulars).order_by("start", "reference"))
    rng.shuffle(visits)
    first = {visit.customer_id: visit for visit in visits}
    wanted = MOST if slug == market.CUSTOMER_VISITS[0][0] else rng.randint(3, MOST)
    for visit in list(first.values())[:wanted]:
        stars = rng.choice(STARS)
        left = texts[stars]
        text = left.pop() if left else ""
        yield _make(visit, rng, stars=stars, text=text, now=now)


def _of_customer(customer: User, *, now: datetime) -> Iterator[Review]:
    """Yield those of the demo customer, whose latest visits are still to be reviewed."""
    done = Appointment.objects.filter(customer=customer, status=Status.COMPLETED)
    for visit in done.order_by("-start")[LEFT_TO_REVIEW:]:
        rng = chance(visit.reference, "review")
        stars = rng.choice((5, 4))
        text = rng.choice([text for text in TEXTS[stars] if text])
        yield _make(visit, rng, stars=stars, text=text, now=now)


def _make(visit: Appointment, rng: Random, *, stars: int, text: str, now: datetime) -> Review:
    """Return a review of some hours after the visit, answered now and then."""
    written = min(visit.end + timedelta(minutes=rng.randint(60, 2880)), now)
    good = stars >= GOOD
    answered = rng.random() < (0.25 if good else 0.7)
    answer = rng.choice(ANSWERS[good]) if answered else ""
    return Review(
        appointment=visit,
        provider_id=visit.provider_id,
        author_id=visit.customer_id,
        rating=stars,
        text=text,
        created_at=written,
        reply=answer,
        replied_at=min(written + timedelta(hours=rng.randint(1, 20)), now) if answer else None,
    )
