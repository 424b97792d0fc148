"""Where people land after steps of their account that the library takes care of."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.urls import reverse

from providers.domain.onboarding import drafts_of


class AccountAdapter(DefaultAccountAdapter):
    """Leads whoever confirmed an address on the way to a public page back to that."""

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Return where to go after an address was confirmed; "" shows that it was."""
        user = self.request.user
        if user.is_authenticated and drafts_of(user):
            return reverse("provider_start")
        return str(super().get_email_verification_redirect_url(email_address))
