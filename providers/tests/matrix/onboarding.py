"""Starting a business, its profile and its booking rules."""

from providers.tests.matrix import Page

SHOP = {"name": "Ours", "category": "hair", "city": "Gweru", "country": "ZW", "phone": "0771234567"}


def step(name: str, *, post: int) -> Page:
    """Return the row of a step: owners of a published business are led to where it stands."""
    return Page(
        f"provider_start_{name}",
        get=(302, 404, 404, 404, 302, 404),
        post=(post, 404, 404, 404, post, 404),
        sends={"name": "Ours"},
    )


PAGES = (
    Page(
        "provider_start",
        get=(302, 302, 302, 302, 302, 302),
        post=(405, 405, 405, 405, 405, 405),
    ),
    Page(
        "provider_start_business",
        get=(200, 200, 200, 200, 200, 200),
        post=(422, 422, 422, 422, 422, 422),
    ),
    Page(
        "provider_start_business",
        get=(302, 404, 404, 404, 404, 404),
        post=(302, 404, 404, 404, 404, 404),
        variant="begun",
        query="business=salon",
        sends=SHOP,
    ),
    step("service", post=302),
    step("hours", post=302),
    step("preview", post=302),
    Page(
        "provider_start_publish",
        get=(200, 404, 404, 404, 200, 404),
        post=(303, 404, 404, 404, 303, 404),
    ),
    Page(
        "provider_start_verify",
        get=(405, 404, 404, 404, 405, 404),
        post=(303, 404, 404, 404, 303, 404),
    ),
    Page(
        "provider_profile",
        get=(200, 200, 404, 404, 200, 404),
        post=(422, 422, 404, 404, 422, 404),
        sends={"name": "Ours"},
    ),
    Page(
        "provider_policy",
        get=(200, 200, 404, 404, 200, 404),
        post=(422, 422, 404, 404, 422, 404),
        sends={"minimum_notice": "0"},
    ),
    Page(
        "provider_unpublish",
        get=(405, 404, 404, 404, 405, 404),
        post=(303, 404, 404, 404, 303, 404),
    ),
)
