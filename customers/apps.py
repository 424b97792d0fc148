"""The people: accounts and the customer's own pages."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "people"

    def ready(self) -> None:
        import project.checks  # noqa: F401, PLC0415 - to be registered, once settings are there
