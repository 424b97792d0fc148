"""Which messages people want, by which way, and which addresses want no more of a kind.

People with an account choose per kind and channel. Guests have no account, so they are known by a
keyed digest of their address and can only say: no more of this kind.
"""

from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from customers.models import Channel, MessageKind, MessagePreference, OptOut, User

DEFAULTS: dict[MessageKind, frozenset[Channel]] = {
    MessageKind.BOOKINGS: frozenset({Channel.EMAIL}),
    MessageKind.REMINDERS: frozenset({Channel.EMAIL}),
    MessageKind.REVIEWS: frozenset({Channel.EMAIL}),
    MessageKind.BUSINESS: frozenset({Channel.EMAIL}),
    MessageKind.DIGEST: frozenset(),
}
"""What somebody gets who chose nothing, besides what the site itself shows."""

SHOWN = frozenset({Channel.IN_APP})

STOPPABLE = frozenset({MessageKind.REMINDERS, MessageKind.REVIEWS, MessageKind.DIGEST})
"""What comes by itself. Receipts of one's own bookings and the business's news of its bookings are
answers to something that somebody just did; no link stops them."""


def wanted_channels(user: User, kind: MessageKind) -> frozenset[Channel]:
    """Return the ways by which ``user`` wants messages of ``kind``.

    What is shown on Nguva is always among them, save for a digest that nobody asked for.
    """
    return wanted_for([user], kind)[user.pk]


def wanted_for(users: Iterable[User], kind: MessageKind) -> dict[int, frozenset[Channel]]:
    """Return the same for many people by their primary keys, in a fixed number of queries.

    One; for what can be stopped two, because somebody who stopped it as a guest, before there was
    an account with that address, gets none of it until they choose otherwise.
    """
    kind, users = MessageKind(kind), list(users)
    wanted = {user.pk: set(DEFAULTS[kind]) for user in users}
    if kind in STOPPABLE:
        for stopped in _stopped_as_guests(users, kind):
            wanted[stopped.pk].clear()
    chosen = MessagePreference.objects.filter(user__in=list(wanted), kind=kind)
    for user, channel, yes in chosen.values_list("user", "channel", "wanted"):
        change = wanted[user].add if yes else wanted[user].discard
        change(Channel(channel))
    return {user: _with_shown(kind, channels) for user, channels in wanted.items()}


def _stopped_as_guests(users: Iterable[User], kind: MessageKind) -> list[User]:
    digests = {user: [digest(each) for each in (user.email, user.phone) if each] for user in users}
    every = [each for found in digests.values() for each in found]
    stopped = set(
        OptOut.objects.filter(digest__in=every, kind=kind).values_list("digest", flat=True)
    )
    return [user for user, found in digests.items() if not stopped.isdisjoint(found)]


def _with_shown(kind: MessageKind, channels: set[Channel]) -> frozenset[Channel]:
    if kind is MessageKind.DIGEST and not channels:
        return frozenset()
    return SHOWN | channels


def set_preference(user: User, kind: MessageKind, channel: Channel, wanted: bool) -> None:  # noqa: FBT001 - the choice itself
    """Keep the person's yes or no; a repeat is harmless."""
    MessagePreference.objects.update_or_create(
        user=user, kind=kind, channel=channel, defaults={"wanted": wanted}
    )


def digest(address: str) -> str:
    """Return the keyed digest that stands for an email address or a phone number.

    Case and spaces do not matter. The key is the site's SECRET_KEY, so a copy of the table tells
    nobody which addresses are in it.
    """
    plain = "".join(address.split()).lower()
    return salted_hmac("customers.OptOut", plain, algorithm="sha256").hexdigest()


def any_opted_out(addresses: Iterable[str], kind: MessageKind) -> bool:
    """Whether the guest said so at any of ``addresses``, of which some may be empty; one query."""
    digests = [digest(address) for address in addresses if address]
    return OptOut.objects.filter(digest__in=digests, kind=kind).exists()


def opt_out_digest(digest: str, kind: MessageKind) -> None:
    """Keep the wish of the guest at the address with this ``digest``; a repeat is harmless."""
    OptOut.objects.get_or_create(digest=digest, kind=kind)
