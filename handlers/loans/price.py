"""The step of the express workflow `price`: what a loan would cost. It keeps nothing, so doing it twice does no harm."""

from typing import Any

from loans import logic
from loans.contracts import PriceInput
from loans.steps import run_step
from shared.observability import instrumented


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """PriceInput -> LoanQuote."""
    return run_step(event, context, PriceInput, lambda given: logic.price(given.request))
