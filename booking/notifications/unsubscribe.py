"""Links that stop one kind of message without logging in (RFC 8058).

The token names an account, or the digest of a guest's address, and is signed; no address is in it,
as addresses of pages end up in logs. It never runs out: an old mail must be stoppable too.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from customers.domain import preferences
from customers.models import Channel, MessageKind, User
from project.errors import NguvaError


class UnknownStop(NguvaError):
    """The token was not made by us, or not for this purpose."""

    code = "not_found"
    default = "This link is not complete. Please open it from the message again."


@dataclass(frozen=True, slots=True)
class Stop:
    """Whose messages of which kind shall stop: an account's mails, or all to a guest's address."""

    kind: MessageKind
    user: int | None = None
    digest: str = ""


def make_token(who: User | str, kind: MessageKind) -> str:
    """Return the signed token for an account, or for a guest's email address or phone number."""
    name = who.pk if isinstance(who, User) else preferences.digest(who)
    return _signer().sign_object([str(kind), name])


def stop_url(who: User | str, kind: MessageKind) -> str:
    """Return the whole address of the page, for mails."""
    return f"{settings.PUBLIC_URL}{stop_path(who, kind)}"


def stop_path(who: User | str, kind: MessageKind) -> str:
    """Return the path of the page, for links on the site."""
    return reverse("messages_stop", args=[make_token(who, kind)])


def read_token(token: str) -> Stop:
    """Return what the token says; raises ``UnknownStop`` for anything that we did not sign."""
    try:
        kind, name = _signer().unsign_object(token)
        if isinstance(name, int):
            return Stop(kind=MessageKind(kind), user=name)
        return Stop(kind=MessageKind(kind), digest=str(name))
    except (signing.BadSignature, ValueError, TypeError):
        raise UnknownStop from None


def apply(stop: Stop) -> None:
    """Stop them; a repeat is harmless. An account keeps what it chose for other channels."""
    if stop.user is None:
        preferences.opt_out_digest(stop.digest, stop.kind)
    elif user := User.objects.filter(pk=stop.user).first():
        preferences.set_preference(user, stop.kind, Channel.EMAIL, wanted=False)


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt="booking.unsubscribe")
