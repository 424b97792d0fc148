"""Who books at a business, as the business knows them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from customers.validators import validate_phone
from providers.models import Provider


class ClientQuerySet(models.QuerySet["Client"]):
    """How pages ask for clients."""

    def known(self) -> Self:
        """Those that stand for a person; not those that were found to be somebody else's row."""
        return self.filter(merged_into=None)

    def for_provider(self, provider: Provider) -> Self:
        """Those of one business."""
        return self.filter(provider=provider)


class Client(models.Model):
    """A person as one business knows them: an account, a guest, or somebody who walked in.

    ``identity`` tells who books: ``user:12``, ``email:ann@example.com`` or ``phone:+263772000111``;
    it is empty for people of whom only a name is known. A guest who turned out to be somebody else
    points to that client and stays, so that the next booking is theirs too.
    """

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="clients")
    identity = models.CharField(  # noqa: DJ001 - unique, and several may have none
        max_length=260, null=True, blank=True, editable=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="client_of",
        null=True,
        blank=True,
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True
    )
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=16, blank=True, validators=[validate_phone])
    notes = models.TextField(blank=True, max_length=4000)
    blocked = models.BooleanField(default=False, help_text="Cannot book online.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        indexes = (
            models.Index(fields=["provider", "name"], name="client_by_name"),
            models.Index(fields=["provider", "phone"], name="client_by_phone"),
            models.Index(fields=["provider", "email"], name="client_by_email"),
        )
        constraints = (
            models.UniqueConstraint(fields=["provider", "identity"], name="client_once"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("pk")),
                name="client_not_merged_into_itself",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email or self.phone or "Guest"
