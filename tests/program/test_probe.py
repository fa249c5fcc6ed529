"""The probe in the graph: what it calls and where, with what it proves itself, with the least that this takes, and who is told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from platform_contract.platform.boundary import boundary_document
from tests.program import checks
from tests.program.breaking import not_made, only, unordered, with_, without
from tests.program.climbing import in_phase, told_in_phase
from tests.program.graph import Graph, Node
from tests.program.test_backups import granted, statements


def probes(graph: Graph) -> list[Node]:
    return [node for node in graph.all("lambda/function") if node.name.endswith("-probe")]


def workload_of(probe: Node) -> str:
    return str(probe.inputs["environment"]["variables"]["WORKLOAD"])


def data_of(probe: Node) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(probe.inputs["code"].assets["probe.json"].text)
    return content


def role_of(graph: Graph, probe: Node) -> str:
    return str(next(each.inputs["name"] for each in graph.all("iam/role") if each.outputs["arn"] == probe.inputs["role"]))


def addresses(graph: Graph) -> Iterator[str]:
    """Every API that is called is called at its own public address, once its stage is there: over TLS on AWS."""
    for probe in probes(graph):
        for api in {call["api"] for call in data_of(probe)["calls"]}:
            url = probe.inputs["environment"]["variables"].get(f"PROBE_{api.upper()}_URL", "")
            stages = [each for each in [*graph.all("apigatewayv2/stage"), *graph.all("apigateway/stage")]
                      if each.name in (f"{workload_of(probe)}-{api}-stage", f"{workload_of(probe)}-{api}")]  # fmt: skip
            distributions = [each for each in graph.all("cloudfront/distribution") if each.name == f"{workload_of(probe)}-cdn" and api == "http"]
            callers = [f"https://{alias}" for each in distributions for alias in each.inputs["aliases"]]
            if url not in callers if callers else not url.startswith(f"https://{workload_of(probe)}-{api}"):
                yield f"{probe.urn}: calls {url}"
            if not all(graph.comes_after(probe, each) for each in distributions):
                yield f"{probe.urn}: may call before the distribution is there"
            if not stages or not all(graph.comes_after(probe, stage) for stage in stages):
                yield f"{probe.urn}: may call {api} before its stage is there"


def proofs(graph: Graph) -> Iterator[str]:
    """It has a secret of its own where it shows a token or a key, under the workload's key and without a value; it may read this one and no other."""
    for probe in probes(graph):
        workload, wanted = workload_of(probe), {call["proof"] for call in data_of(probe)["calls"]}
        secrets = [each for each in graph.all("secretsmanager/secret") if each.name == f"{workload}-probe-secret"]
        needs = bool(wanted & {"access_token", "id_token", "api_key"})
        if needs != bool(secrets):
            yield f"{probe.urn}: shows {sorted(wanted)}, and has {len(secrets)} secrets"
            continue
        arns = set()
        for secret in secrets:
            arns = {":".join(["arn:aws:secretsmanager", *probe.outputs["arn"].split(":")[3:5], f"secret:{secret.inputs['name']}-??????"])}
            if secret.inputs.get("kmsKeyId") != probe.inputs["kmsKeyArn"]:
                yield f"{secret.urn}: is not under the workload's key"
            if not graph.comes_after(probe, secret):
                yield f"{probe.urn}: may run before its secret is there"
            if secret.protect or secret.inputs["recoveryWindowInDays"]:
                yield f"{secret.urn}: its name is not free when the workload comes back to this phase"
        if (read := granted(graph, role_of(graph, probe), "secretsmanager:GetSecretValue")) != arns:
            yield f"{probe.urn}: may read {sorted(read)}, and needs {sorted(arns)}"
        keys = [each for each in graph.all("apigateway/apiKey") if each.name == f"{workload}-probe-probe" and each.inputs["name"] == f"{data_of(probe)['names'].get('rest')}-probe"]
        if ("api_key" in wanted) != bool(keys):
            yield f"{probe.urn}: shows {sorted(wanted)}, and has {len(keys)} keys"


def quotas(graph: Graph) -> Iterator[str]:
    """A client of its own, on the API's stage, whose quota lasts for the longest month, and whose rate is no threat."""
    for probe in probes(graph):
        keyed = sum(call["proof"] == "api_key" for call in data_of(probe)["calls"])
        for plan in (each for each in graph.all("apigateway/usagePlan") if each.name == f"{workload_of(probe)}-probe-probe"):
            [schedule] = [each for each in graph.all("scheduler/schedule") if each.inputs["target"]["arn"] == f"{probe.outputs['arn']}:live"]
            minutes = int(schedule.inputs["scheduleExpression"].removeprefix("rate(").split()[0])
            needed = 31 * 24 * 60 // minutes * keyed
            if not needed <= plan.inputs["quotaSettings"]["limit"] <= 3 * needed:
                yield f"{plan.urn}: its quota is {plan.inputs['quotaSettings']['limit']:g}, and a month takes {needed}"
            if not plan.inputs["apiStages"]:
                yield f"{plan.urn}: is of no stage"


def permissions(graph: Graph) -> Iterator[str]:
    """To log in in the one pool, where it shows a token of it; to call the very requests that want a signature; nothing else of either service."""
    pools = {each.outputs["arn"] for each in graph.all("cognito/userPool")}
    for probe in probes(graph):
        role, calls = role_of(graph, probe), data_of(probe)["calls"]
        log_in = pools if data_of(probe)["issuer"] == "pool" else set()
        if granted(graph, role, "cognito-idp:AdminInitiateAuth") != log_in:
            yield f"{probe.urn}: may log in in {sorted(granted(graph, role, 'cognito-idp:AdminInitiateAuth'))}"
        stage = {"http": "$default", "rest": "live"}
        paths = {f"/{stage[call['api']]}/{call['method']}{call['target'].partition('?')[0]}" for call in calls if call["proof"] == "signature"}
        signed = granted(graph, role, "execute-api:Invoke")
        if {"/" + arn.split(":", 5)[5].partition("/")[2] for arn in signed} != paths or any("*" in arn for arn in signed):
            yield f"{probe.urn}: may call {sorted(signed)}, and needs {sorted(paths)}"
        own = f"{workload_of(probe)}-"
        if any(not arn.split(":", 5)[5].startswith(own) for arn in signed):
            yield f"{probe.urn}: may call another workload's API"
        actions = {action.partition(":")[0] for each in statements(graph, role) for action in each["Action"]}
        if actions - {"logs", "xray", "secretsmanager", "sqs", "kms", "cognito-idp", "execute-api"}:
            yield f"{probe.urn}: may use {sorted(actions)}"
        policies = [each for each in graph.all("iam/rolePolicy") if each.inputs["role"] == role]
        if not all(graph.comes_after(probe, each) for each in policies):
            yield f"{probe.urn}: may run before it may do its work"


def runs(graph: Graph) -> Iterator[str]:
    """It begins by itself, ends before it begins again, and what fails is neither tried again nor late."""
    for probe in probes(graph):
        arn = f"{probe.outputs['arn']}:live"
        schedules = [each for each in graph.all("scheduler/schedule") if each.inputs["target"]["arn"] == arn]
        if len(schedules) != 1:
            yield f"{probe.urn}: has {len(schedules)} schedules"
            continue
        target = schedules[0].inputs["target"]
        minutes = int(schedules[0].inputs["scheduleExpression"].removeprefix("rate(").split()[0])
        longest = sum(call["timeout_seconds"] for call in data_of(probe)["calls"])
        if not longest < probe.inputs["timeout"] <= minutes * 60:
            yield f"{probe.urn}: takes up to {longest} s, may run for {probe.inputs['timeout']} s, and begins every {minutes} minutes"
        if target["retryPolicy"] != {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 0}:
            yield f"{schedules[0].urn}: is tried again: {target['retryPolicy']}"
        policies = [each for each in graph.all("iam/rolePolicy") if each.parent == schedules[0].parent]
        if not policies or not all(graph.comes_after(schedules[0], each) for each in policies):
            yield f"{schedules[0].urn}: may begin before its role may start it"
        [asynchronous] = [each for each in graph.all("lambda/functionEventInvokeConfig") if each.parent == probe.parent]
        if asynchronous.inputs["maximumRetryAttempts"] != 0:
            yield f"{asynchronous.urn}: a run that fails counts more than once"


def alarms(graph: Graph) -> Iterator[str]:
    """Each route that is called has both alarms, on what the probe counts of it, over periods as long as from one run to the next."""
    by_metric = [node for node in graph.all("cloudwatch/metricAlarm") if node.inputs.get("metricName") == "ProbeSucceeded"]
    seen = 0
    for probe in probes(graph):
        data = data_of(probe)
        [schedule] = [each for each in graph.all("scheduler/schedule") if each.inputs["target"]["arn"] == f"{probe.outputs['arn']}:live"]
        minutes = int(schedule.inputs["scheduleExpression"].removeprefix("rate(").split()[0])
        for api, route in {(call["api"], call["route"]) for call in data["calls"]}:
            wanted = {"service": workload_of(probe), "api": data["names"][api], "route": route}
            found = {(node.inputs["statistic"], node.inputs["treatMissingData"], node.inputs["datapointsToAlarm"], node.inputs["evaluationPeriods"]): node
                     for node in by_metric if node.inputs["dimensions"] == wanted}  # fmt: skip
            seen += len(found)
            if set(found) != {("Minimum", "notBreaching", 3, 3), ("SampleCount", "breaching", 3, 3)}:
                yield f"{probe.urn}: {route} is watched by {sorted(found)}"
            for node in found.values():
                if node.inputs["period"] != minutes * 60:
                    yield f"{node.urn}: looks at {node.inputs['period']:g} s, and a run comes every {minutes} minutes"
                if (". Page for " in node.inputs["alarmDescription"]) != (node.inputs["statistic"] == "Minimum"):
                    yield f"{node.urn}: {node.inputs['alarmDescription']}"
    if seen != len(by_metric):
        yield f"{len(by_metric) - seen} alarms watch what no probe counts"


CHECKS = (addresses, proofs, quotas, permissions, runs, alarms)
ALL = (checks.parents, checks.tokens, checks.edges, checks.alarms, checks.roles, checks.alias_only, checks.names, checks.grants)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("stack", ("dev", "prod"))
def test_workloads_are_called_as_clients_call_them(check, stack: str):
    graph = in_phase("scale", stack)
    assert len(probes(graph)) > 5
    assert list(check(graph)) == []


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
def test_what_holds_for_every_resource_holds_with_probes(check):
    assert list(check(in_phase("scale"))) == []


def test_all_kinds_of_proof_are_among_them():
    """Or the checks above would have nothing to look at."""
    graph = in_phase("scale")
    assert {call["proof"] for probe in probes(graph) for call in data_of(probe)["calls"]} == {"nothing", "access_token", "api_key", "signature"}


@pytest.mark.parametrize("phase", ["pilot", "standardize"])
def test_before_the_last_phase_there_is_none(phase: str):
    assert probes(in_phase(phase)) == []


def test_a_workload_without_routes_to_call_has_none():
    graph = in_phase("scale")
    assert {"boards", "chat", "housekeeping", "receipts"}.isdisjoint(map(workload_of, probes(graph)))


@pytest.mark.parametrize(("workload", "kind", "change", "check", "says"), [
    ("orders", "cloudwatch.MetricAlarm", only("-get-orders-failing", not_made), alarms, "GET /orders is watched by [('SampleCount'"),
    ("orders", "cloudwatch.MetricAlarm", only("-get-orders-silent", not_made), checks.alarms, "is silent when nothing at all is counted"),
    ("orders", "cloudwatch.MetricAlarm", only("-get-orders-failing", with_(dimensions={"service": "orders", "route": "GET /orders"})), checks.alarms, "publishes no ProbeSucceeded"),
    ("orders", "cloudwatch.MetricAlarm", only("-get-orders-failing", with_(dimensions={"service": "orders", "api": "dev-orders-http", "route": "GET /order"})), checks.alarms,
     "dimension route=GET /order names nothing in the program"),
    ("orders", "cloudwatch.MetricAlarm", only("-get-orders-failing", with_(period=60)), alarms, "looks at 60 s, and a run comes every 5 minutes"),
    ("orders", "scheduler.Schedule", only("-probe-schedules-run", not_made), runs, "has 0 schedules"),
    ("orders", "scheduler.Schedule", only("-probe-schedules-run", unordered), runs, "may begin before its role may start it"),
    ("orders", "lambda_.FunctionEventInvokeConfig", only("orders-probe", with_(maximum_retry_attempts=2)), runs, "a run that fails counts more than once"),
    ("orders", "secretsmanager.Secret", with_(recovery_window_in_days=30), proofs, "its name is not free when the workload comes back to this phase"),
    ("orders", "secretsmanager.Secret", without("kms_key_id"), proofs, "is not under the workload's key"),
    ("orders", "iam.RolePolicy", only("-probe-access", with_(policy=json.dumps({"Version": "2012-10-17", "Statement": []}))), proofs, "may read []"),
    ("orders", "iam.RolePolicy", only("-probe-assigned", with_(policy=json.dumps({"Version": "2012-10-17", "Statement": []}))), permissions, "may log in in []"),
    ("inventory", "iam.RolePolicy", only("-probe-assigned", with_(policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "All", "Effect": "Allow", "Action": ["execute-api:Invoke"], "Resource": ["arn:aws:execute-api:eu-west-1:111111111111:inventory-http-id/*"]}]}))), permissions,
     "may call ['arn:aws:execute-api:eu-west-1:111111111111:inventory-http-id/*']"),
    ("orders", "lambda_.Function", only("orders-probe", unordered), permissions, "may run before it may do its work"),
    ("partners", "apigateway.ApiKey", only("-probe-probe", with_(name="another")), proofs, "has 0 keys"),
    ("partners", "apigateway.UsagePlan", only("-probe-probe", with_(quota_settings={"limit": 10_000, "period": "MONTH"})), quotas, "its quota is 10000, and a month takes 17856"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, workload: str, kind: str, change, check, says: str):
    found = told_in_phase(monkeypatch, "scale", workload, kind, change, check)
    assert any(says in each for each in found), found


def test_the_boundary_lets_roles_call_and_log_in_and_manage_nothing():
    said = {each["Sid"]: each for each in boundary_document("111111111111", "eu-west-1", "dev")["Statement"]}
    assert said["Calls"]["Action"] == "execute-api:Invoke" and said["Calls"]["Resource"] == "arn:aws:execute-api:eu-west-1:111111111111:*"
    assert said["LogIn"]["Action"] == "cognito-idp:AdminInitiateAuth" and said["LogIn"]["Resource"] == "arn:aws:cognito-idp:eu-west-1:111111111111:userpool/*"
