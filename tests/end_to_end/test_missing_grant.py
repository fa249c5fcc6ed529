"""A grant that is missing, and one that is superfluous: both are noticed."""

import json

import pytest

from local.access_grants import recorded
from local.access_report import Report, report
from tests.end_to_end.drivers import PAID, eventually
from tests.end_to_end.driving import receipts

pytestmark = pytest.mark.end_to_end


def test_a_grant_that_is_missing_and_one_that_is_superfluous_are_both_noticed(small):
    """The product is broken as a user would break it: the manifest asks to delete receipts instead of putting them."""
    receipts.drive(small.access())
    sound, before = report(small.access().cloud, small.access_log), len(recorded(small.access_log))
    small.edit("workloads/receipts.yaml", "receipts: [get, put]", "receipts: [get, delete]")
    small.up()
    access = small.access()
    body = json.dumps({**PAID, "order_id": "driven-in-vain"})
    access.cloud.client("sqs").send_message(QueueUrl=access.inventory.workloads["receipts"].queues["paid-orders"].url, MessageBody=body)
    eventually("the worker was denied something", lambda: len(recorded(small.access_log)) > before)
    broken = report(access.cloud, small.access_log)
    late = Report(broken.grants, broken.calls[before:], broken.roles)
    bucket = access.inventory.workloads["receipts"].buckets["receipts"].physical_name
    (role,) = {call.role for call in late.denied}
    assert [(call.action, call.decision) for call in late.denied] == [("s3:PutObject", "ImplicitDeny")]
    assert [each for each in broken.findings() if each not in sound.findings()] == [
        f"{role}: was denied s3:PutObject on arn:aws:s3:::{bucket}/receipts/driven-in-vain.json (ImplicitDeny): grant it",
        f"{role}: never used s3:DeleteObject on arn:aws:s3:::{bucket}: the verbs of what was used are [get]",
    ]
