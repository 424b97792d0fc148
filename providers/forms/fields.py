"""Fields that several forms use."""

from typing import Any

from django import forms


class LinesField(forms.CharField):
    """Text of several lines: browsers end each with two characters, one is counted and kept."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")
