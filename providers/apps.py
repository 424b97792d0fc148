"""The supply: providers, their staff, services, hours and resources."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"
