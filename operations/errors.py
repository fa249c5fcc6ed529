"""What cannot be done, in words for the person at the keyboard."""


class OperationError(Exception):
    """One sentence that says what is wrong and what to do. Shown without a traceback."""


def reason_of(error: BaseException) -> str:
    """Why something was given up, whatever ended it: an interrupt has no words of its own."""
    return str(error) if isinstance(error, OperationError) else f"{type(error).__name__}: {error}".rstrip(": ")
