"""Step `validate`: the rules that need nobody else's word."""

from typing import Any

from loans import logic
from loans.contracts import ValidateInput
from loans.steps import run_step
from shared.observability import instrumented


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """ValidateInput -> Validation. The outcome `invalid` is a result, not a failure."""
    return run_step(event, context, ValidateInput, lambda given: logic.validate(given.application))
