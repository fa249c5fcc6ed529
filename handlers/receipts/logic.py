"""From messages to receipts and to corrected ones. No Lambda, no AWS."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from receipts.contracts import MOST_LINES, CorrectedLine, Correction, CorrectionNumber, Line, PaidOrder
from receipts.models import CorrectedReceipt, Receipt
from shared.errors import PermanentFailure, TransientFailure, first_fault

LARGEST_TOTAL = 10**15
"""In the currency's smallest unit. Readers of JSON round whole numbers above 2^53, and DynamoDB keeps 38 digits. Not a bound of the
contract's fields: what was valid once has to stay readable."""

Model = TypeVar("Model", bound=BaseModel)
Outcome = Literal["applied", "repeated", "conflicting"]


def read(body: str) -> PaidOrder:
    """The message's body. Raises PermanentFailure naming the first field at fault: another attempt would not help."""
    return _valid(PaidOrder, _json(body))


def receipt_for(paid: PaidOrder) -> Receipt:
    return Receipt(order_id=paid.order_id, paid_at=paid.paid_at, currency=paid.currency, lines=paid.lines, total=_total(paid.lines))


def object_key(order_id: str) -> str:
    """By business id: a message that is delivered twice, or redriven under a new message id, finds its own object."""
    return f"receipts/{order_id}.json"


class Corrections(Protocol):
    """Corrected receipts of one order after the other, never changed once they are there."""

    def around(self, order_id: str, sequence: int) -> dict[int, CorrectedReceipt]:
        """Those of `sequence` and of the number before, as far as they are there."""

    def last(self, order_id: str) -> int:
        """The highest number; 0 if there is none."""

    def add(self, corrected: CorrectedReceipt, correlation_id: str) -> bool:
        """Keeps it unless its number is there; tells whether it did."""


def correct(
    body: str, group: str, kept: Corrections, original: Callable[[str], Receipt | None], correlation_id: str
) -> tuple[CorrectionNumber, Outcome]:
    """Applies the correction that `body` is to the receipt as the one before left it, or to the original one.

    A number that is there changes nothing, whatever else the message holds: "repeated", or "conflicting" if it holds another
    content than the one that was applied. So a message that could not be used, and was replaced by its sender, is harmless
    when it comes back from the dead-letter queue.

    Raises PermanentFailure for what is no correction, and for a gap: its group is in order, so the missing one is not on its
    way but in the dead-letter queue, or was never sent; the later ones follow it there, in order. Raises TransientFailure
    while the original receipt is not written: that comes by another queue, which may be behind.
    """
    content = _json(body)
    number = _valid(CorrectionNumber, content)
    if group != number.order_id:
        raise PermanentFailure("MessageGroupId is not the order_id, so nothing keeps the corrections of this order in order")
    order_id, sequence = number.order_id, number.sequence
    known = kept.around(order_id, sequence)
    if sequence in known:
        return number, _again(content, known[sequence])
    if sequence > 1 and sequence - 1 not in known:
        last = kept.last(order_id)
        raise PermanentFailure(f"sequence: {sequence} came after {last}, so {last + 1} is missing; it has to be applied first")
    correction = _valid(Correction, content)
    before = known[sequence - 1].receipt if sequence > 1 else original(order_id)
    if before is None:
        raise TransientFailure("the order has no receipt yet", "not-written-yet")
    corrected = CorrectedReceipt(
        receipt=_corrected(before, correction.lines),
        sequence=sequence,
        corrected_at=correction.corrected_at,
        reason=correction.reason,
        digest=_digest(correction),
    )
    if kept.add(corrected, correlation_id):
        return number, "applied"
    # A run that was taken for dead, because its message became visible again, has been faster.
    return number, _again(content, kept.around(order_id, sequence)[sequence])


def _again(content: Any, applied: CorrectedReceipt) -> Outcome:
    try:
        same = _digest(Correction.model_validate(content)) == applied.digest
    except ValidationError:
        same = False
    return "repeated" if same else "conflicting"


def _corrected(receipt: Receipt, changes: list[CorrectedLine]) -> Receipt:
    """Lines keep their places, new ones come last. Raises PermanentFailure if it would be too long."""
    lines: dict[str, list[Line]] = {}  # a paid order may tell of the same thing in several lines
    for line in receipt.lines:
        lines.setdefault(line.sku, []).append(line)
    for change in changes:
        lines[change.sku] = [Line(**change.model_dump())] if change.quantity else []
    after = [line for same in lines.values() for line in same]
    if len(after) > MOST_LINES:
        raise PermanentFailure(f"lines: the receipt would have {len(after)} lines, of {MOST_LINES} that it may have")
    return receipt.model_copy(update={"lines": after, "total": _total(after)})


def _total(lines: list[Line]) -> int:
    """Raises PermanentFailure for more than can be kept and read as a whole number everywhere."""
    total = sum(line.quantity * line.unit_price for line in lines)
    if total > LARGEST_TOTAL:
        raise PermanentFailure(f"lines: they come to more than {LARGEST_TOTAL} in the currency's smallest unit")
    return total


def _digest(correction: Correction) -> str:
    """Of what it says, not of how its JSON is written. Fields that are not known yet do not count."""
    return hashlib.sha256(correction.model_dump_json().encode()).hexdigest()


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise PermanentFailure("the body is not JSON") from None


def _valid(model: type[Model], content: Any) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise PermanentFailure(first_fault(error).text) from None
