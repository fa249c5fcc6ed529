"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from loans.contracts import ApprovalRequest, Loan, LoanQuote, LoanQuoteRequest, LoanRequest
from shared.openapi import IDEMPOTENT, Answer, Described


class DecisionTaken(Answer):
    """What was decided about a loan."""

    loan_id: str
    approved: bool
    reason: str


ROUTES = {
    "POST /loans": Described({202: Loan}, body=LoanRequest, headers=IDEMPOTENT),
    "GET /loans/{loan_id}": Described({200: Loan}),
    "POST /loans/{loan_id}/approval": Described({200: DecisionTaken}, body=ApprovalRequest),
    "POST /quotes-for-loans": Described({200: LoanQuote}, body=LoanQuoteRequest),
}
