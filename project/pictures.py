"""Pictures: what may be uploaded, and the small files that are kept of it."""

from typing import Any

from django.db import models


class PictureField(models.CharField):  # type: ignore[type-arg]
    """The name under which the media store keeps a picture's sizes; empty without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"max_length": 80, "blank": True, "editable": False} | kwargs))
