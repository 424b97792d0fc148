"""Pictures and the share kit: for those who run the business."""

from collections.abc import Sequence

from providers.models import Provider, Service
from providers.tests.matrix import Page, Scene

REMOVE = {"slot": "picture", "remove": "1"}


def a_picture(scene: Scene) -> Sequence[object]:
    """Nothing; the business has a picture that could be removed."""
    Provider.objects.filter(pk=scene.salon.provider.pk).update(picture=f"picture/{'0' * 32}")
    return ()


def a_service_with_a_picture(scene: Scene) -> Sequence[object]:
    """The id of what everybody at the salon performs."""
    braids = scene.salon.braids
    Service.objects.filter(pk=braids.pk).update(picture=f"service/{'0' * 32}")
    return (braids.pk,)


def shown(name: str) -> Page:
    """A page to look at, which everybody who runs a business has of their own."""
    return Page(name, get=(200, 200, 404, 404, 200, 404), post=(405, 405, 404, 404, 405, 404))


PAGES = (
    Page(
        "provider_pictures",
        get=(200, 200, 404, 404, 200, 404),
        post=(422, 422, 404, 404, 422, 404),
        about=a_picture,
        sends=REMOVE,
    ),
    Page(
        "provider_service_picture",
        get=(200, 200, 404, 404, 404, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=a_service_with_a_picture,
        sends=REMOVE,
    ),
    shown("provider_share"),
    shown("provider_share_qr"),
    shown("provider_share_poster"),
)
