"""Addresses that came with a request, to be followed only when they are ours."""

from django.utils.http import url_has_allowed_host_and_scheme


def own_path(text: str) -> str:
    """Return ``text`` when it is a path of this site; empty for everything else."""
    ours = text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if ours else ""
