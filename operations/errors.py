"""What cannot be done, in words for the person at the keyboard."""


class OperationError(Exception):
    """One sentence that says what is wrong and what to do. Shown without a traceback."""
