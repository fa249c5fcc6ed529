"""How tests come to loans: as applicants, as approvers, as the owner of the bureau's key, and as who looks at executions."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from tests.end_to_end.calls import api_url, log_lines, send, token_of, within
from tests.fakes.bureau import Bureau

SECONDS = 60
"""Measured: 1 s for a loan that rules decide; the retries of a step that fails for good take 14 s at most, waits of the bureau besides."""


@dataclass
class Desk:
    """Where applicants and approvers call, with the bureau that answers."""

    platform: Any
    bureau: Bureau
    keys: Iterator[str] = field(default_factory=lambda: iter(lambda: uuid.uuid4().hex, None))

    @property
    def workload(self) -> Any:
        return self.platform.inventory.workloads["loans"]

    @cached_property
    def approver(self) -> str:
        return token_of(self.platform, "approvers")

    @cached_property
    def steps(self) -> Any:
        return self.platform.cloud.client("stepfunctions")

    def call(self, method: str, path: str, body: Any = None, token: str | None = None, **headers: str) -> tuple[int, Any]:
        status, answer, _ = send(api_url(self.platform, "loans", path), method, token or self.platform.token, body, **headers)
        return status, json.loads(answer)

    def apply(self, key: str = "", correlation: str = "", **change: Any) -> str:
        """Applies for a loan that is in order but for `change`; its id."""
        headers = {"idempotency_key": key or next(self.keys), **({"x_correlation_id": correlation} if correlation else {})}
        status, loan = self.call("POST", "/loans", application(**change), **headers)
        assert status == 202, loan
        return loan["loan_id"]

    def approve(self, loan_id: str, approved: bool = True, token: str | None = None) -> tuple[int, Any]:
        return self.call("POST", f"/loans/{loan_id}/approval", {"approved": approved, "reason": "looked at"}, token or self.approver)

    def decided(self, loan_id: str) -> tuple[str, str]:
        """Status and reason, once there is a decision."""
        assert within(SECONDS, lambda: self.call("GET", f"/loans/{loan_id}")[1]["status"] != "received"), self.kinds(loan_id)
        loan = self.call("GET", f"/loans/{loan_id}")[1]
        return loan["status"], loan["reason"]

    def asked(self, loan_id: str) -> None:
        """Waits until a person is asked."""
        assert within(SECONDS, lambda: self.item("approvals", loan_id=loan_id) is not None), self.kinds(loan_id)
        assert self.call("GET", f"/loans/{loan_id}")[1]["status"] == "received"

    def ended(self, loan_id: str) -> str:
        assert within(SECONDS, lambda: self.status(loan_id) != "RUNNING"), self.kinds(loan_id)
        return self.status(loan_id)

    def execution(self, loan_id: str) -> str:
        return f"{self.workload.workflows['decide'].arn.replace(':stateMachine:', ':execution:')}:{loan_id}"

    def status(self, loan_id: str) -> str:
        return self.steps.describe_execution(executionArn=self.execution(loan_id))["status"]

    def history(self, loan_id: str) -> list[dict[str, Any]]:
        return self.steps.get_execution_history(executionArn=self.execution(loan_id), maxResults=1000)["events"]

    def kinds(self, loan_id: str) -> list[str]:
        return [event["type"] for event in self.history(loan_id)]

    def output(self, loan_id: str, state: str) -> Any:
        """What a state handed on."""
        exits = [event["stateExitedEventDetails"] for event in self.history(loan_id) if event["type"].endswith("StateExited")]
        return next(json.loads(each["output"]) for each in exits if each["name"] == state)

    def answers(self, loan_id: str) -> list[str]:
        """What the bureau answered about this loan."""
        return [seen.answered for seen in self.bureau.seen if seen.headers.get("idempotency-key") == loan_id]

    def item(self, table: str, **key: str) -> Any:
        name = self.workload.tables[table].physical_name
        wanted = {name: {"S": value} for name, value in key.items()}
        return self.platform.cloud.client("dynamodb").get_item(TableName=name, Key=wanted, ConsistentRead=True).get("Item")

    def lines(self, function: str, correlation: str) -> list[dict]:
        return [line for line in log_lines(self.platform, "loans", function) if line.get("correlation_id") == correlation]

    def keep_key(self, key: str) -> None:
        """Puts a key of the bureau's into the secret, as its owner would."""
        secret = self.workload.secrets["bureau"].physical_name
        self.platform.cloud.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=json.dumps({"api_key": key}))

    def forget_failures(self) -> None:
        name = self.workload.tables["breakers"].physical_name
        self.platform.cloud.client("dynamodb").delete_item(TableName=name, Key={"name": {"S": "bureau"}})


def application(income_days_ago: int = 10, more_documents: int = 0, **change: Any) -> dict[str, Any]:
    """An application that rules accept; a proof of income of more than 100 days ago is rejected."""
    issued = (datetime.now(UTC) - timedelta(days=income_days_ago)).date().isoformat()
    identity = {"kind": "identity", "issued_on": "2024-01-15", "expires_on": "9999-12-31"}
    return {
        "amount": 1_000_000, "months": 36, "monthly_income": 350_000,
        "documents": [
            {"document_id": "d1", **identity}, {"document_id": "d2", "kind": "income", "issued_on": issued},
            *({"document_id": f"more-{number}", **identity} for number in range(more_documents)),
        ], **change,
    }  # fmt: skip
