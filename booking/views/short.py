"""Short links: ``/s/<code>/`` leads to the page that it stands for."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls.converters import StringConverter
from django.views.decorators.http import require_safe

from project.access import public
from project.htmx import PageRequest
from providers.domain.short_links import CODE_PATTERN, resolve


class CodeConverter(StringConverter):
    """What codes look like."""

    regex = CODE_PATTERN


@public
@require_safe
def short_link(request: PageRequest, code: str) -> HttpResponse:
    """Lead on; not for good, as a business may take another name."""
    path = resolve(code)
    if path is None:
        raise Http404
    return redirect(path)
