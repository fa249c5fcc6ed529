"""Least privilege proven: every workload driven, granted held against used, role by role.

It runs before everything else that makes requests on its stack (tests/conftest.py), so that what is recorded is what drivers did. `make least-privilege` runs
this file and prints the report; WORKLOADS= takes some of them. What is noticed of a wrong grant: test_missing_grant.py.
"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.access_report import Report, report
from local.cloud import Cloud
from tests.end_to_end.drivers import ADVICE, CHOSEN, DRIVERS, drive

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def driven(reached) -> dict[str, str]:
    """What went wrong while the workloads were driven."""
    return drive(reached)


@pytest.fixture(scope="module")
def shown(whole, reached, driven, pytestconfig) -> Report:
    """The report, printed where `make least-privilege` asks for it."""
    made = report(reached.cloud, whole.access_log)
    if pytestconfig.getoption("capture") == "no":
        print("\n" + made.text())
        for workload in sorted(set(reached.inventory.workloads) - DRIVERS):
            print("\n" + ADVICE.format(workload, workload.replace("-", "_")))
    return made


NOT_DRIVEN = {
    "release-checks": "asks CodeDeploy, which the embedded cloud lacks; its grants are held by tests/program/test_rollout.py, and releases run under it in test_releases.py",
    "restore-check": "works for half an hour and more; tests/local_cloud/test_restoring.py runs it under its role",
    "backup": "is AWS Backup's own, which copies nothing on the embedded cloud; tests/program/test_backups.py holds its grants",
    "probe-scheduler": "is EventBridge Scheduler's own, and starts what no driver waits for",
    "restore-check-scheduler": "is EventBridge Scheduler's own, and starts what no driver waits for",
}
"""Role of the platform itself -> why no driver of a workload uses all of it. Only that it is unused is not told of these."""


def untried_roles(inventory) -> set[str]:
    """Roles of the functions of workloads that have no driver, and of the platform itself."""
    functions = [function for name in set(inventory.workloads) - DRIVERS for function in inventory.workloads[name].functions.values()]
    own = {f"{inventory.environment}-{name}-{role}-{inventory.region}" for name in inventory.workloads for role in NOT_DRIVEN}
    return own | {f"{function.physical_name}-{inventory.region}" for function in functions}


def test_every_role_may_do_what_it_was_seen_to_do_and_no_more(reached, shown):
    untried = tuple(f"{role}: never used " for role in untried_roles(reached.inventory))
    findings = [each for each in shown.findings() if not each.startswith(untried)]
    assert not findings, "\n" + "\n".join(findings)


def test_every_workload_has_a_driver_and_does_its_work_with_what_it_may(reached, driven):
    assert driven == {}
    assert CHOSEN or set(reached.inventory.workloads) == DRIVERS


def test_the_run_saw_every_function_at_work(reached, shown):
    """A role of which nothing was recorded would pass unseen: each has used something, or has nothing to use."""
    seen = {call.role for call in shown.calls}
    idle = {grant.role for grant in shown.grants if not shown.silent(grant)} - seen
    assert idle - untried_roles(reached.inventory) == set()


EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}


def kms_as(cloud: Cloud, role: str) -> Any:
    """KMS for a role of that name with every permission of it; the role is made, as an administrator could."""
    import boto3

    iam, account = cloud.client("iam"), {"AWS": f"arn:aws:iam::{cloud.account_id}:root"}
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": account, "Action": "sts:AssumeRole"}}
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    given = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="somebody")["Credentials"]
    return boto3.client("kms", endpoint_url=cloud.endpoint, region_name=cloud.region, aws_access_key_id=given["AccessKeyId"],
                        aws_secret_access_key=given["SecretAccessKey"], aws_session_token=given["SessionToken"])  # fmt: skip


def may(kms: Any, alias: str) -> dict[str, bool]:
    """What the caller may do with a key: use it, look at its policy, hand it to somebody."""
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]

    def allowed(call: Any, **given: Any) -> bool:
        try:
            call(KeyId=key, **given)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDeniedException"
            return False
        return True

    grantee = {"GranteePrincipal": "arn:aws:iam::000000000000:role/anybody", "Operations": ["Decrypt"]}
    return {
        "use": allowed(kms.generate_data_key, KeySpec="AES_256"), "manage": allowed(kms.get_key_policy, PolicyName="default"),
        "grant": allowed(kms.create_grant, **grantee),
    }  # fmt: skip


@pytest.mark.skipif(bool(CHOSEN) and "loans" not in CHOSEN, reason="no workload of restricted data is there")
def test_the_key_says_who_reads_and_no_policy_of_iam_does(reached, shown):
    """Last, because it makes roles of which the report knows nothing. KMS itself is asked: other services of the embedded cloud do not ask it."""
    cloud = reached.cloud
    administrator, incident = kms_as(cloud, "administrator"), kms_as(cloud, "break-glass")
    assert may(administrator, "alias/local-alarms") == {"use": True, "manage": True, "grant": True}
    nothing = {"use": False, "manage": True, "grant": False}
    assert may(administrator, "alias/local-receipts") == may(incident, "alias/local-receipts") == nothing, "confidential: through services only"
    assert may(administrator, "alias/local-loans") == nothing
    assert may(incident, "alias/local-loans") == {"use": True, "manage": True, "grant": False}
