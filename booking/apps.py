"""What happens between customers and providers: free time and appointments."""

from django.apps import AppConfig
from django.core.checks import register

from booking.checks import check_texts


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        register(check_texts)
