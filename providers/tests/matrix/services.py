"""Services and resources: for those who run the business."""

from collections.abc import Sequence

from booking.tests.cast import make_resource
from providers.tests.matrix import Page, Scene

NEW_SERVICE = {
    "name": "Locks",
    "category": "1",
    "duration_hours": "1",
    "pricing": "fixed",
    "price": "9",
    "seats": "1",
    "needs_staff": "True",
}
NEW_RESOURCE = {"name": "Chair", "quantity": "1", "capacity": "1", "available": "on"}


def the_service(scene: Scene) -> Sequence[object]:
    """The id of what everybody at the salon performs."""
    return (scene.salon.braids.pk,)


def a_resource(scene: Scene) -> Sequence[object]:
    """The id of a resource that nothing needs."""
    return (make_resource(scene.salon.provider).pk,)


def listed(name: str) -> Page:
    """A list, which everybody who runs a business has of their own."""
    return Page(name, get=(200, 200, 404, 404, 200, 404), post=(405, 405, 404, 404, 405, 404))


PAGES = (
    listed("provider_services"),
    Page(
        "provider_service_new",
        get=(200, 200, 404, 404, 200, 404),
        post=(422, 422, 404, 404, 422, 404),
        sends=NEW_SERVICE,
    ),
    Page(
        "provider_service",
        get=(200, 200, 404, 404, 404, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=the_service,
        sends=NEW_SERVICE,
    ),
    Page(
        "provider_service_archive",
        get=(405, 405, 404, 404, 405, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=the_service,
    ),
    Page(
        "provider_service_restore",
        get=(405, 405, 404, 404, 405, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=the_service,
    ),
    Page(
        "provider_service_move",
        get=(405, 405, 404, 404, 405, 404),
        post=(404, 404, 404, 404, 404, 404),
        about=the_service,
        sends={"to": "down"},
    ),
    listed("provider_resources"),
    Page(
        "provider_resource_new",
        get=(200, 200, 404, 404, 200, 404),
        post=(422, 422, 404, 404, 422, 404),
        sends=NEW_RESOURCE,
    ),
    Page(
        "provider_resource",
        get=(200, 200, 404, 404, 404, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=a_resource,
        sends=NEW_RESOURCE,
    ),
    Page(
        "provider_resource_delete",
        get=(405, 405, 404, 404, 405, 404),
        post=(303, 303, 404, 404, 404, 404),
        about=a_resource,
    ),
)
