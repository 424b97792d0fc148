"""How a handler says that its work did not succeed, in words that may be stored and logged."""


class JobFailure(Exception):
    """``code`` is kept with the job: a short outcome without names, addresses or bodies."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class TemporaryFailure(JobFailure):
    """Worth another attempt later: not before ``retry_after`` seconds if that is given."""

    def __init__(self, code: str, *, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(code)


class PermanentFailure(JobFailure):
    """No later attempt could succeed, so there is none."""
