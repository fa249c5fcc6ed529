"""From a message to a receipt. No Lambda, no AWS."""

import json

from pydantic import ValidationError

from receipts.models import PaidOrder, Receipt
from shared.errors import PermanentFailure


def read(body: str) -> PaidOrder:
    """The message's body. Raises PermanentFailure naming the first field at fault: another attempt would not help."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise PermanentFailure("the body is not JSON") from None
    try:
        return PaidOrder.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"])) or "body"
        raise PermanentFailure(f"{field}: {first['msg']}") from None


def receipt_for(paid: PaidOrder) -> Receipt:
    return Receipt(
        order_id=paid.order_id,
        paid_at=paid.paid_at,
        currency=paid.currency,
        lines=paid.lines,
        total=sum(line.quantity * line.unit_price for line in paid.lines),
    )


def object_key(receipt: Receipt) -> str:
    """By business id: a message that is delivered twice, or redriven under a new message id, finds its own object."""
    return f"receipts/{receipt.order_id}.json"
