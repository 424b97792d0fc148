"""Ending log-ins that the person does not have before them."""

import secrets

from customers.models import User


def sign_out_everywhere(user: User) -> None:
    """End every log-in of ``user``, at once and on every device; ``user`` knows it afterwards.

    Each log-in carries a proof over the password and a salt (`User.get_session_auth_hash`), so a
    new salt ends them all with one write, wherever sessions are kept and however many there are.
    """
    user.session_salt = secrets.token_hex(16)
    user.save(update_fields=["session_salt"])
