"""Step `check-document`: one document of the map."""

from typing import Any

from loans import logic
from loans.contracts import CheckInput
from loans.steps import run_step
from shared.observability import instrumented


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """CheckInput -> DocumentCheck. The outcome `rejected` is a result, not a failure: it must not end the whole map."""
    return run_step(event, context, CheckInput, lambda given: logic.check_document(given.document, logic.now().date()))
