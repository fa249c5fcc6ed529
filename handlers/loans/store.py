"""Loans and pending approvals in DynamoDB, partition key `loan_id` in both tables."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from loans.contracts import Application, Approval, Decision, Loan, Status
from loans.logic import iso
from shared.writes import put_item, update_item


class KeptLoan(BaseModel):
    """A loan with what is never told to a caller."""

    model_config = ConfigDict(frozen=True)

    loan: Loan
    application: Application
    correlation_id: str
    request_digest: str


class KeptApproval(BaseModel):
    """A question that a person must answer, or has answered."""

    model_config = ConfigDict(frozen=True)

    loan_id: str
    applicant_id: str
    task_token: str
    approval: Approval | None = None


class Decided(BaseModel):
    """The decision that counts about a loan."""

    model_config = ConfigDict(frozen=True)

    status: Status
    reason: str
    first: bool
    """Whether this call wrote it: of all that decide about a loan, one is the first."""


class LoanStore:
    """Reads and writes the loans table with a low-level DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, kept: KeptLoan) -> bool:
        """Writes a new loan unless its id is taken; tells whether it did. Other AWS errors pass through."""
        item = {
            "loan_id": {"S": kept.loan.loan_id},
            "loan_status": {"S": kept.loan.status},
            "created_at": {"S": kept.loan.created_at},
            "application": {"S": kept.application.model_dump_json()},
            "correlation_id": {"S": kept.correlation_id},
            "request_digest": {"S": kept.request_digest},
        }
        return put_item(self._client, TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(loan_id)").done

    def find(self, loan_id: str) -> KeptLoan | None:
        """The loan of this id, read consistently."""
        reply = self._client.get_item(TableName=self._table, Key={"loan_id": {"S": loan_id}}, ConsistentRead=True)
        if "Item" not in reply:
            return None
        item = {name: value["S"] for name, value in reply["Item"].items()}
        application = Application.model_validate_json(item["application"])
        loan = Loan.model_validate(
            {
                **item,
                "status": item["loan_status"],
                "amount": application.request.amount,
                "months": application.request.months,
            }
        )
        return KeptLoan(
            loan=loan, application=application, correlation_id=item["correlation_id"], request_digest=item["request_digest"]
        )

    def decide(self, loan_id: str, decision: Decision, at: datetime) -> Decided | None:
        """Writes the first decision about a loan; returns the one that counts, which is the earlier one if there was one. None if
        there is no such loan."""
        written = update_item(
            self._client,
            TableName=self._table,
            Key={"loan_id": {"S": loan_id}},
            UpdateExpression="SET loan_status = :status, reason = :reason, decided_at = :at",
            ConditionExpression="loan_status = :received",
            ExpressionAttributeValues={
                ":status": {"S": decision.status},
                ":reason": {"S": decision.reason},
                ":at": {"S": iso(at)},
                ":received": {"S": "received"},
            },
        )
        if not written.item:
            return None
        return Decided(status=written.item["loan_status"]["S"], reason=written.item.get("reason", {}).get("S", ""), first=written.done)


class ApprovalStore:
    """Reads and writes the approvals table with a low-level DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def ask(self, question: KeptApproval, asked_at: datetime, expires_at: datetime, correlation_id: str) -> None:
        """Keeps the task token. A new token takes the place of the earlier one and of an answer to it, which never arrived;
        the same token again, from a step that ran twice, changes nothing."""
        update_item(
            self._client,
            TableName=self._table,
            Key={"loan_id": {"S": question.loan_id}},
            UpdateExpression=(
                "SET task_token = :token, applicant_id = :applicant, asked_at = :at, expires_at = :expires,"
                " correlation_id = :correlation REMOVE approval"
            ),
            ConditionExpression="attribute_not_exists(task_token) OR task_token <> :token",
            ExpressionAttributeValues={
                ":token": {"S": question.task_token},
                ":applicant": {"S": question.applicant_id},
                ":at": {"S": iso(asked_at)},
                ":expires": {"N": str(int(expires_at.timestamp()))},
                ":correlation": {"S": correlation_id},
            },
        )

    def find(self, loan_id: str) -> KeptApproval | None:
        """The question about this loan, read consistently."""
        reply = self._client.get_item(TableName=self._table, Key={"loan_id": {"S": loan_id}}, ConsistentRead=True)
        return _question(reply["Item"]) if "Item" in reply else None

    def answer(self, loan_id: str, approval: Approval) -> tuple[KeptApproval, bool] | None:
        """Keeps the first answer; returns the question with the answer that counts, and whether this call gave it. None if nobody
        asked."""
        written = update_item(
            self._client,
            TableName=self._table,
            Key={"loan_id": {"S": loan_id}},
            UpdateExpression="SET approval = :approval",
            ConditionExpression="attribute_exists(task_token) AND attribute_not_exists(approval)",
            ExpressionAttributeValues={":approval": {"S": approval.model_dump_json()}},
        )
        return (_question(written.item), written.done) if written.item else None


def _question(item: dict[str, Any]) -> KeptApproval:
    approval = Approval.model_validate_json(item["approval"]["S"]) if "approval" in item else None
    return KeptApproval(
        loan_id=item["loan_id"]["S"], applicant_id=item["applicant_id"]["S"], task_token=item["task_token"]["S"], approval=approval
    )
