"""What a plan measures is as large as what the program registers: policies of roles, functions, keys and queues, environments."""

import json
import re
from collections import defaultdict

from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.plan.account import wanted
from platform_contract.plan.limits import AUTHORIZER_ID, CLIENT_ID, POOL_ID, SECRET_SUFFIX, characters, compact_bytes
from platform_contract.plan.roles import API_ID, CONFIGURATION_ID, KEY_ID
from platform_contract.planning import plan_all
from platform_contract.platform import documents
from platform_contract.platform.quotas import STATEMENT_ID_CHARACTERS
from tests.program.graph import ROOT, Graph

ASSIGNED = (
    (r"(:kms:[^:]+:\d+:key/)[\w-]+", rf"\g<1>{KEY_ID}"),
    (r"(:appconfig:[^:]+:\d+:)application/[\w-]+/environment/[\w-]+/configuration/[\w-]+", rf"\g<1>{documents.configuration(*[CONFIGURATION_ID] * 3)}"),
    (r"(:execute-api:[^:]+:\d+:)[\w-]+", rf"\g<1>{API_ID}"),
    (r"(/authorizers/)[\w-]+", rf"\g<1>{AUTHORIZER_ID}"),
    (r"(wss|https)://[\w-]+\.execute-api", f"https://{API_ID}.execute-api"),
    (r"(cognito-idp\.[^/]+/)[\w-]+", rf"\g<1>eu-west-1_{POOL_ID}"),
    (r"(:secret:[\w.-]+)-AbCdEf", rf"\g<1>{SECRET_SUFFIX}"),
    (r"^platform-[\w-]+-id$", CLIENT_ID),
    (r"userpool/platform-users-id$", f"userpool/eu-west-1_{POOL_ID}"),
)
"""What the mocks assign -> text as long as AWS's."""


def as_on_aws(value):
    if isinstance(value, dict):
        return {key: as_on_aws(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_on_aws(each) for each in value]
    for pattern, text in ASSIGNED:
        value = re.sub(pattern, text, value) if isinstance(value, str) else value
    return value


def registered(graph: Graph) -> dict[tuple[str, str], int]:
    """(kind, name) -> size of what the program sent."""
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for role in graph.all("iam/role"):
        sizes["trust", role.inputs["name"]] = characters(as_on_aws(json.loads(role.inputs["assumeRolePolicy"])))
    for policy in graph.all("iam/rolePolicy"):
        sizes["role", policy.inputs["role"]] += characters(as_on_aws(json.loads(policy.inputs["policy"])))
    permissions = defaultdict(list)
    for each in graph.all("lambda/permission"):
        permissions[each.inputs["function"], each.inputs["qualifier"]].append(each.inputs)
    for function in graph.all("lambda/function"):
        name = function.inputs["name"]
        sizes["environment", name] = compact_bytes(as_on_aws(function.inputs["environment"]["variables"]))
        if given := permissions.pop((name, "live"), []):
            sizes["function", name] = compact_bytes(documents.function_policy([
                documents.invocation("s" * STATEMENT_ID_CHARACTERS, it["principal"], f"{function.outputs['arn']}:live",
                                     as_on_aws(it["sourceArn"]), it.get("sourceAccount"))
                for it in given
            ]))  # fmt: skip
    assert not permissions, f"for no function of the program: {permissions}"
    aliases = {alias.name: alias.inputs["name"] for alias in graph.all("kms/alias")}
    for key in graph.all("kms/key"):
        sizes["key", aliases[key.name]] = len(key.inputs["policy"])
    for policy in graph.all("sqs/queuePolicy"):
        sizes["queue", json.loads(policy.inputs["policy"])["Statement"][-1]["Resource"].rpartition(":")[2]] = len(policy.inputs["policy"])
    return dict(sizes)


SETTINGS = stack_settings(ROOT, "dev")
PLANS = plan_all(load_manifests(ROOT / "workloads", SETTINGS), SETTINGS)


def test_what_is_planned_is_what_is_registered(dev: Graph):
    planned = {
        (limit.kind, limit.name): limit.size
        for plan in PLANS.values()
        for limit in plan.limits
        if limit.kind != "boundary"  # made by the bootstrap
    }
    sent = registered(dev)
    sent.pop(("key", "alias/dev-alarms"))  # of the foundation
    assert planned == sent
    assert {kind for kind, _ in planned} == {"role", "trust", "function", "environment", "key", "queue"}


def test_what_is_counted_is_what_is_registered(dev: Graph):
    """Roles, alarms, X-Ray groups and policies, and reserved runs of the whole program, foundation included."""
    assert wanted(PLANS) == {
        "concurrent_executions": sum(it.inputs.get("reservedConcurrentExecutions", 0) for it in dev.all("lambda/function")),
        "roles": len(dev.all("iam/role")),
        "trace_groups": len(dev.all("xray/group")),
        "trace_policies": len(dev.all("xray/resourcePolicy")),
        "deployment_strategies": len(dev.all("appconfig/deploymentStrategy")),
        "web_acls": sum(it.inputs["scope"] == "REGIONAL" for it in dev.all("wafv2/webAcl")),
        "cache_policies": len(dev.all("cloudfront/cachePolicy")),
        "alarms": len(dev.all("cloudwatch/metricAlarm")) + len(dev.all("cloudwatch/compositeAlarm")),
    }  # fmt: skip
