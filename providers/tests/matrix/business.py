"""The page from which a business is set up, and its words in messages."""

from providers.tests.matrix import Page

WORDS = {"confirmation": "Ours", "reminder": "Ours"}

PAGES = (
    Page(
        "provider_business",
        get=(200, 200, 200, 200, 200, 404),
        post=(405, 405, 405, 405, 405, 404),
    ),
    Page(
        "provider_messages",
        get=(200, 200, 404, 404, 200, 404),
        post=(303, 303, 404, 404, 303, 404),
        sends=WORDS,
    ),
    Page(
        "provider_messages_preview",
        get=(405, 405, 404, 404, 405, 404),
        post=(200, 200, 404, 404, 200, 404),
        sends=WORDS,
    ),
)
