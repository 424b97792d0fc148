"""What the domain raises. Pages, the API, the admin and jobs translate these for their callers."""


class NguvaError(Exception):
    """A refusal in words a person understands; ``code`` is stable for programs."""

    code = "error"
    default = "That did not work."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.default
        super().__init__(self.message)


class InvalidInput(NguvaError):
    """A value that cannot be accepted; ``field`` names the form or API field it belongs to."""

    code = "validation_error"
    default = "Please check what you entered."

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotAllowed(NguvaError):
    """The actor may see the object but may not do this to it."""

    code = "permission_denied"
    default = "You are not allowed to do that."
