"""The one lock behind which capacity is taken and appointments change: the provider's own."""

from providers.domain.locking import lock_provider

__all__ = ["lock_provider"]
