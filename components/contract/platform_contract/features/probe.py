"""The probe: a function of the platform that calls the workload over its public address, as a client does, every few minutes.

Smoke events invoke functions directly, and alarms watch requests that came. Neither sees what keeps requests away: names that no longer resolve,
certificates, authorizers, keys and their quotas, throttles, a firewall. The probe sends the workload's own smoke requests, which leave nothing behind,
through all of that, with a proof of its own: a token of a user of its own, an API key of its own, or a signature of its role. It compares the status;
what an answer holds was checked with the release. Its calls are requests like others: they count in the workload's metrics, its objectives and its
bill. Its user agent (access logs) and its correlation ids (logs, traces), which begin with `probe-`, tell them apart.
"""

import json
from collections.abc import Iterator, Mapping

from platform_contract.features import cdn
from platform_contract.kinds.function.failures import failures_of
from platform_contract.kinds.function.plan import AsynchronousPlan, FunctionPlan, ReferencePlan
from platform_contract.kinds.function.platform_function import PlatformFunction, plan_platform_function
from platform_contract.kinds.rest_api.plan import ClientPlan, TierPlan
from platform_contract.kinds.schedule import limits as scheduler
from platform_contract.kinds.schedule.plan import SchedulePlan, SchedulerPlan, scheduler_of
from platform_contract.kinds.secret.plan import SecretPlan
from platform_contract.manifest import Manifest
from platform_contract.manifest.probe_checks import call_seconds, called, run_seconds
from platform_contract.manifest.route_checks import routes_of
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import apigateway, environment, grants, naming, probe, retry_policy
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold
from platform_contract.platform.alarms import plan_rows
from platform_contract.platform.base import AlarmPlan, AssignedStatementPlan, Plain
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.prices import HOURS_PER_MONTH
from platform_contract.platform.settings import Settings
from platform_contract.platform.usage import Use
from platform_contract.registry import KINDS, VERBS, used, variable

FEATURE = "probe"
KIND = "probe"
HANDLER = "probe.handler.handler"
"""Entry point of the platform's function (platform_functions/probe)."""

SUCCEEDED, MILLISECONDS = "ProbeSucceeded", "ProbeMilliseconds"
"""Metrics of each call, from the probe's log: 1 or 0, and how long a client waited."""
DIMENSIONS = {"service": "{workload}", "api": "{api_name}", "route": "{route}"}
"""Of both. The API's name in AWS tells environments of one account apart."""

PROOFS: Mapping[str, str] = {
    "none": "nothing", "jwt": "access_token", "lambda": "access_token", "cognito": "id_token", "key": "api_key", "iam": "signature",
}  # fmt: skip
"""Who decides on a route -> what the probe shows there. A Lambda authorizer is shown a token, too: what its user may is what its groups may."""
OF_SECRET = ("access_token", "id_token", "api_key")
"""Proofs for which its secret has to have a value."""

_EVERY = "every_seconds"
ALARMS: Mapping[str, tuple[AlarmStandard, ...]] = {KIND: (
    # Two alarms, because what fails calls somebody at night, and what nobody looks at is no more than unknown.
    AlarmStandard("failing", environment.METRICS_NAMESPACE_VALUE, SUCCEEDED, DIMENSIONS, Threshold(0.5), "LessThanThreshold", (0, 1),
                  f"in {probe.ALARM_RUNS} runs on end a client that did everything right was not answered as it should be", "page", statistic="Minimum",
                  period_of=_EVERY, datapoints_to_alarm=probe.ALARM_RUNS, evaluation_periods=probe.ALARM_RUNS),
    AlarmStandard("silent", environment.METRICS_NAMESPACE_VALUE, SUCCEEDED, DIMENSIONS, Threshold(1), "LessThanThreshold", (0, None),
                  f"for {probe.ALARM_RUNS} runs nobody has called it as a client does", "ticket", statistic="SampleCount",
                  treat_missing_data="breaching",
                  period_of=_EVERY, datapoints_to_alarm=probe.ALARM_RUNS, evaluation_periods=probe.ALARM_RUNS),
)}  # fmt: skip
"""Kind of what is watched -> its alarms, one of each for every route that is called."""


class CallPlan(Plain):
    """One request that the probe sends."""

    api: str
    """Name of the API in the plan: http or rest."""
    route: str
    method: str
    target: str
    """Path and query."""
    headers: dict[str, str]
    body: str | None
    status: int
    """That it has to be answered with."""
    proof: str
    """One of PROOFS."""
    timeout_seconds: int


class RunnerPlan(Plain):
    """Who calls, when, and with what."""

    function: FunctionPlan
    data: str
    """What it reads, as JSON text: user agent, names of the APIs in AWS, calls."""
    scheduler: SchedulerPlan
    secret: SecretPlan | None
    """What its proofs are made of; None where it needs none but its role."""
    tier: TierPlan | None
    client: ClientPlan | None
    """Its own client of the REST API, with a quota for what it does; None where no route wants a key."""
    issuer: str
    """Who its tokens come from: pool (managed), issuer (another), or empty where it needs none."""
    alarms: dict[str, tuple[AlarmPlan, ...]]
    """API-ROUTE -> alarms."""


class ProbePlan(Plain):
    """What is called as a client does, and what is not."""

    every_minutes: int
    calls: tuple[CallPlan, ...]
    left_out: dict[str, str]
    """Route, or kind of API -> why nobody calls it."""
    runner: RunnerPlan | None
    """None where there is nothing to call."""


def plan_probe(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> ProbePlan | None:
    """The probe of a planned workload; None for one without any API."""
    if not (plan.apis or plan.rest_apis or plan.sockets or plan.graphql):
        return None
    calls = tuple(_calls(manifest))
    return ProbePlan(
        every_minutes=manifest.probe.every_minutes, calls=calls, left_out=dict(_left_out(manifest, plan, calls)),
        runner=_runner(settings, manifest, plan, calls) if calls else None,
    )  # fmt: skip


def monthly(part: Plain) -> Iterator[Use]:
    """What a month costs, whatever callers do. What the functions behind the routes cost for it is left out: cents."""
    if not isinstance(part, ProbePlan) or part.runner is None:
        return
    runs, function = HOURS_PER_MONTH * 60 / part.every_minutes, part.runner.function
    seconds = probe.RUN_SECONDS + probe.CALL_SECONDS * len(part.calls)
    yield Use("probe: its runs, and those of the functions that it calls", "lambda_request", runs * (1 + len(part.calls)))
    yield Use("probe: its runs", f"lambda_{function.architecture}", runs * seconds * function.memory_mb / 1024)
    yield Use("probe: its schedule", "schedule_run", runs)
    for api, price in ((naming.API, "http_api_request"), (naming.REST, "rest_api_request")):
        yield Use(f"probe: its requests, {api.upper()}", price, runs * sum(each.api == api for each in part.calls))
    yield Use("probe: metrics of routes", "metric", 2 * len(part.runner.alarms))
    yield Use("probe: traces", "trace", runs * (1 + len(part.calls)))
    if part.runner.secret:
        yield Use("probe: its secret", "secret", 1)
        yield Use("probe: its secret, read", "secret_request", runs)


def _calls(manifest: Manifest) -> Iterator[CallPlan]:
    for function, kind, trigger, smoke in called(manifest):
        assert smoke.request is not None and smoke.status is not None
        method, _, target = smoke.request.partition(" ")
        yield CallPlan(
            api=kind, route=trigger.route, method=method, target=target, headers={"content-type": "application/json", **smoke.headers},
            body=None if smoke.body is None else json.dumps(smoke.body), status=smoke.status,
            proof=PROOFS["none" if trigger.public else trigger.authorizer], timeout_seconds=call_seconds(manifest, function, kind),
        )  # fmt: skip


def _left_out(manifest: Manifest, plan: WorkloadPlan, calls: tuple[CallPlan, ...]) -> Iterator[tuple[str, str]]:
    reached = {(call.api, call.route) for call in calls}
    for function, kind, _, trigger in routes_of(manifest):
        if (kind, trigger.route) not in reached:
            on_it = f"no request with a status in functions.{function}.smoke is for it"
            yield trigger.route, manifest.probe.leaves_out.get(trigger.route, on_it)
    if plan.sockets:
        yield "WebSocket API", "the probe sends requests, and this wants a connection"
    if plan.graphql:
        yield "GraphQL API", "nothing in the manifest says what to ask and what comes back"


def _runner(settings: Settings, manifest: Manifest, plan: WorkloadPlan, calls: tuple[CallPlan, ...]) -> RunnerPlan:
    proofs = {call.proof for call in calls}
    tokens = bool(proofs & {"access_token", "id_token"})
    issuer = ("pool" if settings.identity.managed else "issuer") if tokens else ""
    secret = _secret(settings, manifest, issuer, "api_key" in proofs) if proofs & set(OF_SECRET) else None
    names = {**{name: api.physical_name for name, api in plan.apis.items()}, **{name: api.physical_name for name, api in plan.rest_apis.items()}}
    data = {
        "user_agent": f"{probe.USER_AGENT} ({settings.environment}; {manifest.name})", "issuer": issuer, "names": names,
        "calls": [call.model_dump(mode="json") for call in calls],
    }  # fmt: skip
    rest = f"{names.get(naming.REST, '')}-{probe.COMPONENT}"
    keyed = "api_key" in proofs
    return RunnerPlan(
        function=_function(settings, manifest, plan, calls, issuer, secret), data=json.dumps(data, sort_keys=True), secret=secret, issuer=issuer,
        tier=_tier(rest, manifest, calls) if keyed else None, client=ClientPlan(physical_name=rest, tier=probe.COMPONENT) if keyed else None,
        scheduler=_scheduler(settings, manifest),
        alarms={f"{call.api}-{naming.route_suffix(call.route)}": _alarms(settings, manifest, names, call) for call in calls},
    )  # fmt: skip


def _addresses(plan: WorkloadPlan, calls: tuple[CallPlan, ...]) -> dict[str, str]:
    """API -> address of the distribution before it, which callers have. Not where a request is signed: that goes to the API for whose name it is, and so
    do the others."""
    distribution = plan.features.get(cdn.FEATURE)
    if not isinstance(distribution, cdn.CdnPlan) or any(call.api == distribution.api and call.proof == PROOFS["iam"] for call in calls):
        return {}
    return {distribution.api: f"https://{distribution.host_name}"}


def _alarms(settings: Settings, manifest: Manifest, names: Mapping[str, str], call: CallPlan) -> tuple[AlarmPlan, ...]:
    rows = (row for row in ALARMS[KIND] if settings.alarms in ("all", row.severity))
    resource = f"{probe.COMPONENT}-{call.api}-{naming.route_suffix(call.route)}"
    return plan_rows(manifest.scope(settings), KIND, resource, rows, {"api_name": names[call.api], "route": call.route},
                     {_EVERY: manifest.probe.every_minutes * 60})  # fmt: skip


def _secret(settings: Settings, manifest: Manifest, issuer: str, key: bool) -> SecretPlan:
    """No days of recovery: what it holds is made anew by one command, and its name has to be free when the workload comes back to this phase."""
    holds = {"pool": "name and password of its user", "issuer": "client_id and client_secret of its client, and perhaps scope or audience"}.get(issuer)
    parts = " and ".join(filter(None, (holds, "its API key" if key else None)))
    name = naming.secret_name(settings, manifest.name, probe.COMPONENT)
    how = f"set by `operations probe-login {manifest.name}`" if issuer != "issuer" else f"set by `operations secret {manifest.name}/{probe.COMPONENT}`"
    return SecretPlan(
        physical_name=name, arn=naming.secret_arn(settings, name), description=f"With what the probe calls {manifest.name}: {parts}, as JSON; {how}.",
        recovery_days=0, protect=False,
    )  # fmt: skip


def _tier(name: str, manifest: Manifest, calls: tuple[CallPlan, ...]) -> TierPlan:
    """A quota of its own, so that its calls use up nobody's, and a key that got lost is worth little."""
    runs = -(-31 * 24 * 60 // manifest.probe.every_minutes)
    return TierPlan(
        physical_name=name, requests_per_second=probe.LEAST_RATE_PER_SECOND, burst=probe.LEAST_RATE_PER_SECOND,
        requests_per_month=probe.QUOTA_FACTOR * runs * sum(call.proof == "api_key" for call in calls),
    )  # fmt: skip


def _function(
    settings: Settings, manifest: Manifest, plan: WorkloadPlan, calls: tuple[CallPlan, ...], issuer: str, secret: SecretPlan | None
) -> FunctionPlan:
    """May read its own secret, log its own user in, and call the very requests that want a signature."""
    addresses = _addresses(plan, calls)
    references = {url_variable(api): ReferencePlan(kind="url", name=api, known_as=addresses.get(api, "")) for api in dict.fromkeys(call.api for call in calls)}
    if issuer:
        references |= {name: ReferencePlan(kind="identity", name=name) for name in (environment.TOKEN_ISSUER, environment.TOKEN_AUDIENCES)}
    statements, key_statements = [], []
    if secret:
        references[variable("secret", probe.COMPONENT)] = ReferencePlan(kind="secret", name=probe.COMPONENT)
        statements += grants.resource_statements(used("secret", probe.COMPONENT, secret.arn, ["read"]))
        key_statements.append(grants.through_service(settings, KINDS["secret"].service, set(VERBS["secret"]["read"].key_actions)))
    planned = plan_platform_function(manifest.scope(settings), PlatformFunction(
        component=probe.COMPONENT, physical_name=naming.function_name(settings, manifest.name, probe.COMPONENT),
        role_name=naming.role_name(settings, manifest.name, probe.COMPONENT), handler=HANDLER,
        description=f"Calls {manifest.name} over its public address, as a client does.", timeout_seconds=min(run_seconds(manifest), 900),
        memory_mb=probe.MEMORY_MB, statements=tuple(statements), key_statements=tuple(key_statements), references=references,
        failures=failures_of(manifest.scope(settings), probe.COMPONENT),
    ))  # fmt: skip
    # A run that is tried again would count twice, and a late one says nothing about now: the next one comes anyway.
    never = AsynchronousPlan(maximum_retries=0, maximum_age_seconds=retry_policy.MINIMUM_AGE_SECONDS)
    return planned.model_copy(update={"asynchronous": never, "assigned_statements": tuple(_assigned(calls, issuer))})


def _assigned(calls: tuple[CallPlan, ...], issuer: str) -> Iterator[AssignedStatementPlan]:
    """On what has an id that AWS assigns: the pool, and requests to the APIs."""
    if issuer == "pool":
        yield AssignedStatementPlan(sid="LogIn", actions=(probe.TOKEN_ACTION,), kind="user_pool", arn_suffixes=("",))
    for api, stage in ((naming.API, apigateway.STAGE), (naming.REST, apigateway.REST_STAGE)):
        signed = [call for call in calls if call.api == api and call.proof == "signature"]
        if signed:
            paths = dict.fromkeys(f"/{stage}/{call.method}{call.target.partition('?')[0]}" for call in signed)
            yield AssignedStatementPlan(sid=f"Call{api.capitalize()}", actions=(probe.SIGNED_ACTION,), kind=f"{api}_api", arn_suffixes=tuple(paths))


def url_variable(api: str) -> str:
    """Environment variable that holds an API's public address."""
    return f"PROBE_{api.upper()}_URL"


def _scheduler(settings: Settings, manifest: Manifest) -> SchedulerPlan:
    name = f"{naming.prefix(settings, manifest.name)}-{probe.COMPONENT}"
    group = checked_name("schedule", name, {"workload name": manifest.name})
    minutes = manifest.probe.every_minutes
    run = SchedulePlan(
        physical_name=group, function=probe.COMPONENT, expression=f"rate({minutes} minute{'s' if minutes > 1 else ''})", timezone="UTC", window_minutes=0,
        maximum_age_seconds=retry_policy.MINIMUM_AGE_SECONDS, maximum_retries=0, input=scheduler.INVOCATION_INPUT,
    )  # fmt: skip
    return scheduler_of(manifest.scope(settings), group, f"{probe.COMPONENT}-scheduler", [probe.COMPONENT], {probe.RUN: run}, f"{probe.COMPONENT}-schedules")
