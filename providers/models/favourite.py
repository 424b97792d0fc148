"""Providers that somebody keeps."""

from django.conf import settings
from django.db import models

from providers.models.provider import Provider


class Favourite(models.Model):
    """A provider that a person wants to find again at once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites"
    )
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (models.UniqueConstraint(fields=["user", "provider"], name="favourite_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} keeps {self.provider_id}"
