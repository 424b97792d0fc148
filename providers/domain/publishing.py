"""Showing a business to everybody, and taking it away again."""

from allauth.account.models import EmailAddress
from django.db import transaction

from customers.models import User
from project.db import retry_on_conflict
from project.errors import NguvaError, NotAllowed
from providers.domain.locking import lock_provider
from providers.domain.onboarding import Step, next_step
from providers.models import Provider


class NotReady(NguvaError):
    """Something is missing without which nothing can be booked; ``step`` says what."""

    code = "not_ready"
    default = "Nothing can be booked yet."

    def __init__(self, step: Step) -> None:
        super().__init__("Add a service and your hours first; then you can publish.")
        self.step = step


class EmailNotVerified(NotAllowed):
    """The owner has not shown that the email address is theirs."""

    code = "email_not_verified"
    default = "Confirm your email address first; then you can publish."


def has_verified_email(user: User) -> bool:
    """Whether ``user`` pressed the link in a mail of ours."""
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())


@retry_on_conflict
def publish(provider: Provider, *, by: User) -> Provider:
    """Show the business to everybody, or to those who approve it; a repeat is harmless.

    Raises ``NotAllowed`` for others than the owner, ``NotReady`` and ``EmailNotVerified``.
    """
    with transaction.atomic():
        locked = _lock_own(provider, by)
        if locked.published:
            return locked
        step = next_step(locked)
        if step is not Step.PREVIEW:
            raise NotReady(step)
        if not has_verified_email(by):
            raise EmailNotVerified
        return _write(locked, published=True)


@retry_on_conflict
def unpublish(provider: Provider, *, by: User) -> Provider:
    """Take the public page away. Bookings that were made stay; a repeat is harmless.

    Raises ``NotAllowed`` for others than the owner.
    """
    with transaction.atomic():
        return _write(_lock_own(provider, by), published=False)


def _lock_own(provider: Provider, by: User) -> Provider:
    locked = lock_provider(provider.pk)
    if locked.owner_id != by.pk:
        raise NotAllowed
    return locked


def _write(provider: Provider, *, published: bool) -> Provider:
    provider.published = published
    provider.save(update_fields=["published"])
    return provider
