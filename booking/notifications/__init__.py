"""What people are told about an appointment's changes, and the channels that carry it."""
