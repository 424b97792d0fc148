"""The clients of the business: for its owner and managers alone."""

from collections.abc import Sequence

from booking.models import Client
from providers.tests.matrix import Page, Scene


def the_client(scene: Scene) -> Sequence[object]:
    """The id of the client whose appointment it is."""
    client = scene.appointment.client
    if client is None:
        provider = scene.salon.provider
        client = Client.objects.create(provider=provider, name="Guest Gumbo")
        scene.appointment.client = client
        scene.appointment.save()
    return (client.pk,)


def two_clients(scene: Scene) -> Sequence[object]:
    """The ids of that client and of another."""
    other = Client.objects.create(provider=scene.salon.provider, name="Guest Gumbo")
    return (*the_client(scene), other.pk)


PAGES = (
    Page(
        "provider_clients",
        get=(200, 200, 404, 404, 200, 404),
        post=(405, 405, 404, 404, 405, 404),
    ),
    Page(
        "provider_client",
        get=(200, 200, 404, 404, 404, 404),
        post=(405, 405, 404, 404, 405, 404),
        about=the_client,
    ),
    Page(
        "provider_client_notes",
        get=(405, 405, 404, 404, 405, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=the_client,
        sends={"notes": "Ours"},
    ),
    Page(
        "provider_client_block",
        get=(405, 405, 404, 404, 405, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=the_client,
    ),
    Page(
        "provider_client_unblock",
        get=(405, 405, 404, 404, 405, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=the_client,
    ),
    Page(
        "provider_client_doubles",
        get=(200, 200, 404, 404, 404, 404),
        post=(405, 405, 404, 404, 405, 404),
        about=the_client,
    ),
    Page(
        "provider_client_merge",
        get=(200, 200, 404, 404, 404, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=two_clients,
    ),
)
