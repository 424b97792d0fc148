"""Background work: the jobs of the outbox are claimed, run, and finished or tried again."""
