"""Failures that a caller or an operator must understand. Plain exceptions: logic may raise them without knowing Lambda."""


class Problem(Exception):
    """A request that cannot be served, told to its sender as `{message, field, correlation_id}`.

    `status` is the HTTP status (4xx), `field` the path of the offending field in the body (`items.0.quantity`), the
    name of a header, or None where no single field is at fault.
    """

    def __init__(self, status: int, message: str, field: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field
        self.headers = headers or {}


class PermanentFailure(Exception):
    """A message that will fail however often it is tried: it goes to the dead-letter queue without waiting.

    The text is the reason that an operator reads in the log, so it names the field at fault and carries no personal data.
    """


class TransientFailure(Exception):
    """Something that may succeed when it is tried again later: another service is away, slow or overloaded.

    The class's name is what a workflow's `Retry` matches, so subclasses would not be matched: `reason` tells them apart.
    """

    def __init__(self, message: str, reason: str = "unavailable", retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
