"""The account forms of allauth, with one sentence about passwords where it lists four rules."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm as DefaultChangePasswordForm,
)
from allauth.account.forms import (
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)

PASSWORD_HELP = "At least 8 characters, and not one that is easy to guess."  # noqa: S105 - words


class PlainHelp:
    """Says what a password needs; what is wrong with one is told when it is."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP


class AccountForm(PlainHelp, SignupForm):
    """Make an account."""


class ChangePasswordForm(PlainHelp, DefaultChangePasswordForm):
    """Change the password."""


class NewPasswordForm(PlainHelp, ResetPasswordKeyForm):
    """Choose a new password after the old one was forgotten."""


class FirstPasswordForm(PlainHelp, SetPasswordForm):
    """Choose a password where there was none."""
