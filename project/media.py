"""Serve the pictures that people uploaded, from wherever the media store keeps them."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.urls.converters import StringConverter
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from project.access import public
from project.pictures import FILE_PATTERN

FOR_GOOD = "public, max-age=31536000, immutable"


class PictureFileConverter(StringConverter):
    """The name of a picture's file; no other name reaches the media store."""

    regex = FILE_PATTERN


@public
@require_safe
def media(request: HttpRequest, file: str) -> HttpResponse:
    """Send one file of a picture; it never changes, so its name is its tag."""
    try:
        with default_storage.open(file) as stored:
            content = stored.read()
    except FileNotFoundError:
        raise Http404 from None
    etag = f'"{file}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(content, content_type="image/webp")
        response["ETag"] = etag
    response["Cache-Control"] = FOR_GOOD
    return response
