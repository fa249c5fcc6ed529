"""Drives housekeeping."""

import json
import time
import uuid
from datetime import UTC, datetime

from housekeeping.contracts import Draft
from housekeeping.store import DraftStore
from local.smoke import Access


def drive(access: Access) -> None:
    """A sweep that finds something to do, and the same one again; by the input that the schedule sends."""
    workload = access.inventory.workloads["housekeeping"]
    drafts = DraftStore(access.cloud.client("dynamodb"), workload.tables["drafts"].physical_name)
    for number in range(2):
        drafts.keep(Draft(owner="driven", draft_id=f"draft-{number}", expires_at=int(time.time()) - 60))
    told = {
        "schedule_arn": "driven", "scheduled_time": datetime.now(UTC).isoformat(), "execution_id": uuid.uuid4().hex, "attempt": "1",
    }  # fmt: skip
    assert run(access, told)["removed"] == 2
    assert run(access, told)["outcome"] == "already-done"


def run(access: Access, told: dict[str, str]) -> dict:
    alias = access.inventory.workloads["housekeeping"].functions["sweep"].alias_arn
    reply = access.cloud.client("lambda").invoke(FunctionName=alias, Payload=json.dumps(told))
    answer = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, answer
    return answer
