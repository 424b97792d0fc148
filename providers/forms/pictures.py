"""The upload of one picture."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from project.errors import InvalidInput
from project.pictures import MOST_BYTES, Kind, Picture, read_upload


class PictureUploadField(forms.FileField):
    """An upload that becomes a ``project.pictures.Picture``, ready to be stored."""

    def __init__(self, *, kind: Kind, **kwargs: Any) -> None:
        self.kind = kind
        attrs = {
            "accept": "image/jpeg,image/png,image/webp",
            "class": "form-control",
            "data-most-bytes": MOST_BYTES,
        }
        super().__init__(**({"widget": forms.FileInput(attrs=attrs)} | kwargs))

    def clean(self, data: Any, initial: Any = None) -> Picture | None:
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return read_upload(upload, kind=self.kind)
        except InvalidInput as error:
            raise ValidationError(error.message) from None


class PictureForm(forms.Form):
    """One picture; ``slot`` keeps the ids of several such forms on one page apart."""

    def __init__(self, *args: Any, kind: Kind, slot: str = "picture", **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": f"{slot}-%s"} | kwargs))
        self.fields["picture"] = PictureUploadField(
            kind=kind,
            label="Choose a picture",
            error_messages={
                "required": "Choose a picture first.",
                "empty": "This file is empty. Choose another one.",
            },
            help_text="JPEG, PNG or WebP, up to 10 MB.",
        )

    def picture(self) -> Picture:
        """Return what was uploaded; for a valid form."""
        made: Picture = self.cleaned_data["picture"]
        return made
