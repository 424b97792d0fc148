"""The least work of each kind that a Django site on this machine can do."""
