"""What happens between customers and providers: free time and appointments."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"
