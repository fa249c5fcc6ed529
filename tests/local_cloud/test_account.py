"""What `make up` of a real stack asks the account beforehand, with botocore's own models of the answers."""

import json
import sys
from contextlib import nullcontext

import boto3
import pytest
from botocore.stub import Stubber

from local import account
from local.account import ask, peaks_beyond, refuse_what_does_not_fit
from local.paths import ROOT
from local.steps import Refusal
from platform_contract.economics.idle import idle_cost
from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.planning import plan_all

SETTINGS = stack_settings(ROOT, "dev")
MANIFESTS = {name: manifest for name, manifest in load_manifests(ROOT / "workloads", SETTINGS).items() if name in ("orders", "media")}
PLANS = plan_all(MANIFESTS, SETTINGS)
FUNCTIONS = [function for plan in PLANS.values() for function in plan.functions.values()]
RESERVED = sum(function.reserved_concurrency or 0 for function in FUNCTIONS)
ROLES = sorted(name for plan in PLANS.values() for name in plan.role_names())


class Aws:
    """Clients that answer as the account would: none of them calls anybody."""

    def __init__(self, **changes):
        self.made = {}
        self.facts = {"account": SETTINGS.account_id, "limit": 1000, "others_reserve": 0, "reserved_now": {}, "roles": [], "roles_quota": 1000, "groups": ["Default"],
                      "policies": [], "refuses": ()} | changes  # fmt: skip

    def __call__(self, service):
        client = boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
        stub, facts = Stubber(client), self.facts
        if service in facts["refuses"]:
            for operation in {"lambda": ["get_account_settings"], "iam": ["get_account_summary"], "xray": ["get_groups"], "sts": ["get_caller_identity"], "appconfig": ["list_deployment_strategies"], "wafv2": ["list_web_acls"], "cloudfront": ["list_cache_policies"]}[service]:
                stub.add_client_error(operation, "AccessDenied", "no such permission", 403)
        elif service == "sts":
            stub.add_response("get_caller_identity", {"Account": facts["account"]})
        elif service == "lambda":
            everything = facts["others_reserve"] + sum(facts["reserved_now"].values())
            stub.add_response("get_account_settings", {"AccountLimit": {
                "ConcurrentExecutions": facts["limit"], "UnreservedConcurrentExecutions": facts["limit"] - everything,
            }})  # fmt: skip
            for function in FUNCTIONS if everything else []:
                if function.physical_name in facts["reserved_now"]:
                    stub.add_response("get_function_concurrency", {"ReservedConcurrentExecutions": facts["reserved_now"][function.physical_name]},
                                      {"FunctionName": function.physical_name})  # fmt: skip
                else:
                    stub.add_client_error("get_function_concurrency", "ResourceNotFoundException", "", 404)
        elif service == "iam":
            stub.add_response("get_account_summary", {"SummaryMap": {"Roles": len(facts["roles"]), "RolesQuota": facts["roles_quota"]}})
            stub.add_response("list_roles", {"IsTruncated": False, "Roles": [
                {"Path": "/", "RoleName": name, "RoleId": "A" * 16, "Arn": f"arn:aws:iam::{SETTINGS.account_id}:role/{name}", "CreateDate": "2026-01-01"}
                for name in facts["roles"]
            ]})  # fmt: skip
        elif service == "xray":
            if not self.made.get("xray"):
                stub.add_response("get_groups", {"Groups": [{"GroupName": name} for name in facts["groups"]]})
            else:
                stub.add_response("list_resource_policies", {"ResourcePolicies": [{"PolicyName": name} for name in facts["policies"]]})
        elif service == "appconfig":
            names = [("abc1234", "somebody-elses"), ("abc1235", "dev-orders"), ("AppConfig.AllAtOnce", "AppConfig.AllAtOnce")]
            stub.add_response("list_deployment_strategies", {"Items": [{"Id": identity, "Name": name} for identity, name in names]})
        elif service == "wafv2":  # two pages
            names = ["somebody-elses", "dev-partners"]
            for number, name in enumerate(names):
                asked = {"Scope": "REGIONAL", **({"NextMarker": "more"} if number else {})}
                stub.add_response("list_web_acls", {"WebACLs": [{"Name": name}], **({} if number else {"NextMarker": "more"})}, asked)
        elif service == "cloudfront":
            config = {"Name": "somebody-elses", "MinTTL": 0}
            item = {"Type": "custom", "CachePolicy": {"Id": "one", "LastModifiedTime": "2026-01-01", "CachePolicyConfig": config}}
            stub.add_response("list_cache_policies", {"CachePolicyList": {"MaxItems": 100, "Quantity": 1, "Items": [item]}}, {"Type": "custom"})
        self.made[service] = self.made.get(service, 0) + 1
        stub.activate()
        return client


def test_an_empty_account_has_room():
    asked = ask(SETTINGS, PLANS, Aws())
    assert asked.notes == []
    assert asked.most == {"concurrent_executions": 1000, "roles": 1000, "trace_groups": 25, "trace_policies": 5, "deployment_strategies": 20, "web_acls": 100, "cache_policies": 20,
                          "alarms": None}  # fmt: skip
    assert asked.others == {"concurrent_executions": 0, "roles": 0, "trace_groups": 1, "trace_policies": 0, "deployment_strategies": 1, "web_acls": 2, "cache_policies": 1}
    refuse_what_does_not_fit(SETTINGS, PLANS, asked)


def test_a_new_account_is_told_before_the_update():
    """It has ten: Lambda would refuse the first function that reserves something, with half of the stack made."""
    asked = ask(SETTINGS, PLANS, Aws(limit=10))
    assert asked.notes == [
        "the account allows 10 functions running at the same time, and 1,000 are assumed offline: write `account_quotas: {concurrent_executions: 10}` "
        "into the stack's settings"
    ]
    with pytest.raises(Refusal) as refused:
        refuse_what_does_not_fit(SETTINGS, PLANS, asked)
    assert f"account {SETTINGS.account_id} in eu-west-1\n  account_quotas.concurrent_executions = 10\n    leaves 0 to reserve" in str(refused.value)
    assert f"the functions reserve {RESERVED} together" in str(refused.value)


@pytest.mark.parametrize(("others", "fits"), [(900 - RESERVED, True), (900 - RESERVED + 1, False)])
def test_what_other_functions_reserve_is_not_there(others, fits):
    """What the stack's own functions reserve now is: the update sets it anew."""
    now = {FUNCTIONS[0].physical_name: 20}
    asked = ask(SETTINGS, PLANS, Aws(others_reserve=others, reserved_now=now))
    assert asked.others["concurrent_executions"] == others
    with nullcontext() if fits else pytest.raises(Refusal, match=f"other functions of the account reserve {others}"):
        refuse_what_does_not_fit(SETTINGS, PLANS, asked)


def test_the_stacks_own_roles_groups_and_policies_are_not_counted_twice():
    groups = [plan.trace_group.physical_name for plan in PLANS.values()]
    aws = Aws(roles=[*ROLES, "admin", "audit"], roles_quota=len(ROLES) + 2, groups=[*groups, *(f"other-{each}" for each in range(23))],
              policies=["dev-topics", "a", "b", "c", "d"])  # fmt: skip
    asked = ask(SETTINGS, PLANS, aws)
    assert asked.others == {"concurrent_executions": 0, "roles": 2, "trace_groups": 23, "trace_policies": 4, "deployment_strategies": 1, "web_acls": 2, "cache_policies": 1}
    refuse_what_does_not_fit(SETTINGS, PLANS, asked)
    for changes, told in (({"roles_quota": len(ROLES) + 1}, "IAM roles, and the account has 2 others"),
                          ({"groups": [f"other-{each}" for each in range(24)]}, "X-Ray groups, and the account has 24 others"),
                          ({"policies": list("abcde")}, "X-Ray resource policies, and the account has 5 others")):  # fmt: skip
        less = ask(SETTINGS, PLANS, Aws(**{**aws.facts, **changes}))
        with pytest.raises(Refusal, match=told):
            refuse_what_does_not_fit(SETTINGS, PLANS, less)


def test_credentials_of_another_account_are_refused():
    with pytest.raises(Refusal, match="these credentials are of account 999999999999, and the stack is in 111111111111: log in there"):
        ask(SETTINGS, PLANS, Aws(account="999999999999"))


def test_what_the_account_does_not_say_is_told_and_assumed():
    asked = ask(SETTINGS, PLANS, Aws(refuses=("iam",)))
    assert asked.most["roles"] == 1000
    assert [note.split(",")[0] for note in asked.notes] == ["AWS did not say about IAM roles"]
    assert asked.others == {"concurrent_executions": 0, "trace_groups": 1, "trace_policies": 0, "deployment_strategies": 1, "web_acls": 2, "cache_policies": 1}
    nothing = ask(SETTINGS, PLANS, Aws(refuses=("sts", "iam", "lambda", "xray", "appconfig", "wafv2", "cloudfront")))
    assert len(nothing.notes) == 1, "once, not six times"
    refuse_what_does_not_fit(SETTINGS, PLANS, nothing)


def test_peaks_without_a_reservation_are_compared_with_the_account():
    free = SETTINGS.model_copy(update={"reserved_concurrency": None})
    plans = plan_all(MANIFESTS, free)  # media's worker has a reservation of its own
    assert peaks_beyond(MANIFESTS, plans, ask(free, plans, Aws())) == ""
    told = peaks_beyond(MANIFESTS, plans, ask(free, plans, Aws(limit=40)))
    assert told.startswith("functions without a reservation run up to 14.4 at the same time when all workloads have their peak, and the account has 10 for them")


def test_it_is_asked_before_anything_else(monkeypatch, capsys):
    """With the whole project, as `make up STACK=dev` does it."""
    monkeypatch.setattr(account, "clients_of", lambda settings: Aws(limit=10))
    with pytest.raises(Refusal, match="leaves 0 to reserve"):
        account.tell_before("dev", SETTINGS)
    monkeypatch.setattr(account, "clients_of", lambda settings: Aws(refuses=("sts",)))
    account.tell_before("dev", SETTINGS)
    said = capsys.readouterr().out
    planned = plan_all(load_manifests(ROOT / "workloads", SETTINGS), SETTINGS)
    roles = sum(len(plan.role_names()) for plan in planned.values())
    assert f"Account 111111111111 in eu-west-1: functions running at the same time: 480 of 900, IAM roles: {roles} of 1,000, X-Ray groups: 13 of 25" in said
    assert "Costs a month though nothing runs, in USD" in said
    every = load_manifests(ROOT / "workloads", SETTINGS)
    _, *rows = idle_cost(every, plan_all(every, SETTINGS), SETTINGS).rows()
    printed = [line.split() for line in said.splitlines()]
    assert [[cell for cell in row if cell] for row in rows if [cell for cell in row if cell] not in printed] == [], "by workload, and in sum"
    assert "AWS did not say whose credentials these are, so what the settings say is assumed" in said


TOPIC = f"arn:aws:sns:eu-west-1:{SETTINGS.account_id}:dev-alarms"
BUCKET, STASH = {"type": "aws:s3/bucket:Bucket"}, {"type": "pulumi:index:Stash"}


def sns(*, there):
    def client(service):
        made = boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
        stub = Stubber(made)
        if there:
            stub.add_response("get_topic_attributes", {"Attributes": {}}, {"TopicArn": TOPIC})
        else:
            stub.add_client_error("get_topic_attributes", "NotFound", "", 404)
        stub.activate()
        return made

    return client


def engine_that(tmp_path, resources=(), error=""):
    """An engine that exports these resources, or fails with this error."""
    script = f"import sys; print({error!r}, file=sys.stderr); sys.exit(255)" if error else f"print({json.dumps(json.dumps({'deployment': {'resources': list(resources)}}))})"
    (tmp_path / "pulumi.py").write_text(script)
    return [sys.executable, str(tmp_path / "pulumi.py")]


NEW = "error: no stack named 'dev' found"


@pytest.mark.parametrize(("state", "there", "refused"), [
    ({"error": NEW}, True, True), ({"resources": []}, True, True), ({"resources": [STASH]}, True, True), ({"error": NEW}, False, False),
    ({"resources": [STASH, BUCKET]}, True, False), ({"error": "error: could not get cloud url"}, True, False),
], ids=["new stack", "empty stack", "stack that was refused", "new stack and account", "its own platform", "not logged in"])  # fmt: skip
def test_a_platform_that_another_stack_has_made_is_not_overwritten(tmp_path, state, there, refused):
    engine = engine_that(tmp_path, **state)
    with pytest.raises(Refusal, match=f"account 111111111111 has a platform dev in eu-west-1 already .{TOPIC}.") if refused else nullcontext():
        account.refuse_names_of_another("dev", SETTINGS, engine, {}, sns(there=there))
