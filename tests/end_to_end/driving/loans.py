"""Drives loans."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

from local.smoke import Access
from tests.end_to_end.calls import api_url, send, token_of
from tests.end_to_end.drivers import called, eventually
from tests.end_to_end.rotating import Rotator
from tests.fakes.bureau import Bureau

KEY = "driven-key"


def drive(access: Access) -> None:
    """A loan about which a person decides, after a bureau that fails at first; one that rules decide; a price."""
    with Bureau(keys={KEY}) as bureau:
        connect(access, bureau.url)
        bureau.then("500", "500", "500")  # the attempts of one call: the breaker counts a failure
        key = uuid.uuid4().hex
        asked = called(access, "loans", "POST /loans", application(income_days_ago=200), 202, idempotency_key=key)
        again = called(access, "loans", "POST /loans", application(income_days_ago=200), 202, idempotency_key=key)
        assert again["loan_id"] == asked["loan_id"]
        approver = token_of(access, "approvers")
        url = api_url(access, "loans", f"/loans/{asked['loan_id']}/approval")

        def approved() -> bool:
            return send(url, "POST", approver, {"approved": True, "reason": "driven"})[0] == 200

        eventually("a person was asked about a loan and decided", approved)
        eventually("the approval was recorded", lambda: status(access, asked) == "approved")
        ruled = called(access, "loans", "POST /loans", application(income_days_ago=10), 202, idempotency_key=uuid.uuid4().hex)
        eventually("a rule decided about a loan", lambda: status(access, ruled) == "approved")
        rotated(access, bureau)
    record_again(access, ruled)
    called(access, "loans", "POST /quotes-for-loans", {"amount": 1_000_000, "months": 36})


def rotated(access: Access, bureau: Bureau) -> None:
    """A rotation whose first try fails at the bureau, which its breaker counts."""
    rotator = Rotator(access, access.inventory.workloads["loans"].secrets["bureau"].physical_name)
    token = rotator.begin()
    assert rotator.step("createSecret", token) is None
    bureau.then("500", "500", "500")
    assert rotator.step("setSecret", token) == "RotationError"
    for step in ("setSecret", "testSecret", "finishSecret"):
        assert rotator.step(step, token) is None, step


def application(income_days_ago: int) -> dict:
    """An application that the rules accept; a proof of income of more than 100 days ago makes a person decide."""
    issued = (datetime.now(UTC) - timedelta(days=income_days_ago)).date().isoformat()
    return {
        "amount": 1_000_000, "months": 36, "monthly_income": 350_000,
        "documents": [
            {"document_id": "d1", "kind": "identity", "issued_on": "2024-01-15", "expires_on": date.max.isoformat()},
            {"document_id": "d2", "kind": "income", "issued_on": issued},
        ],
    }  # fmt: skip


def connect(access: Access, url: str) -> None:
    """Tells the platform where the bureau is, and its key, as an operator would."""
    name = access.inventory.workloads["loans"].functions["score"].physical_name
    told = access.cloud.client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    access.cloud.client("ssm").put_parameter(Name=told["PARAMETER_BUREAU_URL"], Value=url, Type="String", Overwrite=True)
    secret = json.dumps({"api_key": KEY})
    access.cloud.client("secretsmanager").put_secret_value(SecretId=told["SECRET_BUREAU"], SecretString=secret)


def status(access: Access, loan: dict) -> str:
    return called(access, "loans", f"GET /loans/{loan['loan_id']}")["status"]


def record_again(access: Access, loan: dict) -> None:
    """As a workflow does that did not hear of the step's success: what was decided first stays."""
    workload = access.inventory.workloads["loans"]
    key = {"loan_id": {"S": loan["loan_id"]}}
    item = access.cloud.client("dynamodb").get_item(TableName=workload.tables["loans"].physical_name, Key=key)["Item"]
    given = {
        "correlation_id": "driven", "application": json.loads(item["application"]["S"]),
        "decision": {"status": "declined", "reason": "driven"},
    }  # fmt: skip
    reply = access.cloud.client("lambda").invoke(FunctionName=workload.functions["record"].alias_arn, Payload=json.dumps(given))
    assert "FunctionError" not in reply, reply["Payload"].read()
    assert status(access, loan) == "approved"
