"""The reviews of the business, and its answers: for its owner and managers alone."""

from collections.abc import Sequence

from booking.models import Review
from providers.tests.matrix import Page, Scene
from providers.tests.salon import NOW


def the_review(scene: Scene) -> Sequence[object]:
    """The id of a review of the appointment."""
    review, _ = Review.objects.get_or_create(
        appointment=scene.appointment,
        defaults={"provider": scene.salon.provider, "rating": 4, "text": "Neat", "created_at": NOW},
    )
    return (review.pk,)


PAGES = (
    Page(
        "provider_reviews",
        get=(200, 200, 404, 404, 200, 404),
        post=(405, 405, 404, 404, 405, 404),
    ),
    Page(
        "provider_review",
        get=(200, 200, 404, 404, 404, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=the_review,
        sends={"text": "Thank you"},
    ),
    Page(
        "provider_review_report",
        get=(405, 405, 405, 405, 405, 404),
        post=(422, 422, 404, 404, 404, 404),
        about=the_review,
        sends={"reason": "Untrue"},
    ),
)
