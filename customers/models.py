"""The people who use Nguva."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from customers.validators import validate_phone, validate_timezone
from project import clock
from project.pictures import PictureField

REMINDER_LEADS = {
    30: "30 minutes",
    60: "1 hour",
    120: "2 hours",
    180: "3 hours",
    1440: "1 day",
    2880: "2 days",
    10080: "1 week",
}
"""How long before a booking people can be reminded of it, in minutes."""


PROOF = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
"""The salt that Django itself uses: without a salt of one's own the proof is Django's."""


def default_reminder_leads() -> list[int]:
    """Return the lead times of somebody who has chosen none, and of guests: a day before."""
    return [1440]


class UserManager(BaseUserManager["User"]):
    """Creates people by email; there are no usernames."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create and return a person who can log in with ``email`` and ``password``."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create and return an administrator."""
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)

    def get_by_natural_key(self, email: str | None) -> "User":
        """Find a person whatever the case the address was typed in."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """One account: customer, staff member, provider and administrator, in any combination."""

    email = models.EmailField("email address", max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    phone = models.CharField(
        max_length=16, blank=True, validators=[validate_phone], help_text="E.164: +263771234567"
    )
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166: ZW, KE")
    timezone = models.CharField(max_length=64, blank=True, validators=[validate_timezone])
    language = models.CharField(max_length=10, default="en")
    reminder_leads = models.JSONField(
        default=default_reminder_leads,
        help_text="Minutes before the start, each of REMINDER_LEADS.",
    )
    picture = PictureField()
    closing_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the account will be deleted."
    )
    shut_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When the account was shut to be erased; not when somebody suspended it.",
    )
    closing_nonce = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text="Part of the links that confirm the wish to delete: a new one ends them.",
    )
    session_salt = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text="Part of what each log-in is checked against: a new one ends them all.",
    )
    is_staff = models.BooleanField("may use the admin site", default=False)
    is_active = models.BooleanField("active", default=True)
    date_joined = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="An account with this email address exists already.",
            ),
        )
        indexes = (
            models.Index(
                fields=["closing_at"],
                name="user_closing",
                condition=models.Q(closing_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Store addresses in lower case: people do not remember how they typed them."""
        super().clean()
        self.email = type(self).objects.normalize_email(self.email).lower()

    def get_session_auth_hash(self) -> str:
        """Return the proof that each log-in carries: it changes with the password or the salt."""
        return self._session_proof(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same under each former SECRET_KEY, so that a new key logs nobody out."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_proof(secret)

    def _session_proof(self, secret: str | bytes | None) -> str:
        secrets = f"{self.password}{self.session_salt}"
        return salted_hmac(PROOF, secrets, secret=secret, algorithm="sha256").hexdigest()


def display_name(user: User) -> str:
    """Return what we call a person in pages and mails."""
    return str(user)


class MessageKind(models.TextChoices):
    """What a message is about; people choose channels for each."""

    BOOKINGS = "bookings", "My bookings"
    REMINDERS = "reminders", "Reminders before a booking"
    REVIEWS = "reviews", "Reviews: how was it, and answers to yours"
    BUSINESS = "business", "Bookings at my business"
    DIGEST = "digest", "The day's agenda, each morning"


class Channel(models.TextChoices):
    """A way by which a message leaves; what is shown on the site needs no choice."""

    IN_APP = "in_app", "On Nguva"
    EMAIL = "email", "Email"
    SMS = "sms", "SMS"
    WHATSAPP = "whatsapp", "WhatsApp"


class MessagePreference(models.Model):
    """One person's yes or no to one channel for one kind of message; no row means the default."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="message_preferences")
    kind = models.CharField(max_length=10, choices=MessageKind)
    channel = models.CharField(max_length=10, choices=Channel)
    wanted = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "kind", "channel"], name="message_preference_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.get_channel_display()}: {self.wanted}"


class OptOut(models.Model):
    """An address without an account that wants no more messages of a kind; kept as a digest."""

    digest = models.CharField(max_length=64, help_text="A keyed hash of the address.")
    kind = models.CharField(max_length=10, choices=MessageKind)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["digest", "kind"], name="opt_out_once"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, since {self.created_at:%d %b %Y}"
