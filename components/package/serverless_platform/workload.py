"""A workload from its manifest: the component that product teams use."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pydantic

from platform_contract.economics.estimate import cost
from platform_contract.features.feature_flags import FeatureFlagsPlan
from platform_contract.features.probe import ProbePlan
from platform_contract.features.rollout import RolloutPlan
from platform_contract.features.slo import DAYS, SloPlan
from platform_contract.kinds.schedule.plan import SchedulerPlan
from platform_contract.manifest import Manifest, read_manifest
from platform_contract.plan.model import ApiPlan, FunctionPlan, RestApiPlan, SocketPlan, WorkloadPlan, parts_of
from platform_contract.plan.platform import Platform
from platform_contract.planning import plan_workload
from platform_contract.platform.settings import PHASES, Settings

from .arguments import PlainArguments, checked
from .features.context import Context
from .phases.pilot import Pilot
from .phases.scale import Scale
from .phases.standardize import Standardize

LATER_PHASES = (Standardize, Scale)
"""In their order."""


class WorkloadArgs(TypedDict):
    """Arguments of a Workload."""

    manifest: str
    """The manifest, as YAML or JSON text."""
    code: dict[str, pulumi.Archive]
    """Function of the manifest -> its bundle: the team's own code, without the packages of the platform's layer."""
    platform: str
    """What a platform stack exports as `platform`: account, region, settings, and the ids of what is shared."""
    schemas: NotRequired[dict[str, str]]
    """Model that the manifest names, as event of a bus or as body of a route -> its JSON schema, as text."""
    graphql: NotRequired[dict[str, Any]]
    """Files of the manifest's GraphQL API: schema_text, resolvers (TYPE.FIELD -> code), functions (name -> code), pipelines (TYPE.FIELD ->
    functions)."""
    phase: NotRequired[str]
    """Holds the workload back in an earlier phase than its manifest asks for: pilot, standardize or scale."""
    alarm_topic_arn: NotRequired[pulumi.Input[str]]
    """Instead of the one in `platform`, in the stack that makes it."""
    layer_arn: NotRequired[pulumi.Input[str]]
    """Instead of the one in `platform`, in the stack that makes it."""
    token_issuer: NotRequired[pulumi.Input[str]]
    """Instead of the one in `platform`, in the stack that makes it."""
    token_audiences: NotRequired[pulumi.Input[list[str]]]
    """Instead of those in `platform`, in the stack that makes them."""
    user_pool_arn: NotRequired[pulumi.Input[str]]
    """Instead of the one in `platform`, in the stack that makes it; empty text where tokens come from elsewhere."""


class _Knobs(PlainArguments):
    manifest: str = pydantic.Field(min_length=1)
    platform: str = pydantic.Field(min_length=1)
    phase: str | None = None


class Workload(pulumi.ComponentResource):
    """Everything that one manifest asks for, in the environment of `platform`."""

    urls: pulumi.Output[dict[str, str]]
    """API of the workload -> its URL on AWS; `cdn`: that of the distribution before its HTTP API."""
    resources: pulumi.Output[dict[str, Any]]
    """What was made, by the names of the manifest: this workload's part of the inventory."""

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Workload", name, _Knobs, WorkloadArgs, args)
        self._plan, self._from, self._registry = _plan(name, args, knobs)
        told = {"owner": self._plan.owner, "dataClass": self._plan.data_class, "phase": self._plan.phase}
        super().__init__("serverless-platform:index:Workload", name, told, opts)
        self._name, self._args = name, args
        self._make_pilot()
        self._make_later_phases()
        self.urls = self._urls()
        self.resources = pulumi.Output.from_input(self._inventory())
        self.register_outputs({"urls": self.urls, "resources": self.resources})

    def _make_pilot(self) -> None:
        args: Any = {key: value for key, value in self._from.items() if value}
        args |= {"plan": self._plan, "code": self._args["code"], "schemas": self._args.get("schemas") or {},
                 "graphql": self._args.get("graphql") or {}}
        self._pilot = Pilot(self._name, args, pulumi.ResourceOptions(parent=self))

    def _make_later_phases(self) -> None:
        self._features: dict[str, Any] = {}
        made, reached = self._pilot, PHASES.index(self._plan.phase)
        context = Context(
            name=self._name, plan=self._plan, functions=made.functions, apis={**made.apis, **made.rest_apis, **made.sockets, **made.graphql},
            key_arn=made.key.arn, alarm_topic_arn=self._from["alarm_topic_arn"], identity=made.identity, user_pool_arn=self._from["user_pool_arn"] or "",
            features=self._features,
        )  # fmt: skip
        for later in LATER_PHASES:
            if PHASES.index(later.phase) <= reached:
                later(self._name, context, pulumi.ResourceOptions(parent=self))

    def _urls(self) -> pulumi.Output[dict[str, str]]:
        made = self._pilot
        urls: Any = {key: api.endpoint for key, api in made.apis.items()} | {key: api.endpoint for key, api in made.rest_apis.items()}
        urls |= {key: api.endpoint for key, api in made.graphql.items()}
        urls |= {key: pulumi.Output.concat(it.endpoint, "/", self._plan.sockets[key].stage) for key, it in made.sockets.items()}
        if "cdn" in self._features:
            urls["cdn"] = self._features["cdn"].url
        return pulumi.Output.from_input(urls)

    def _inventory(self) -> dict[str, Any]:
        plan, made = self._plan, self._pilot
        return {
            "owner": plan.owner, "phase": plan.phase, "data_class": plan.data_class, "registry": self._registry, "objectives": self._objectives(),
            "functions": {
                name: {
                    "physical_name": function.physical_name, "alias_arn": function.alias_arn,
                    "log_group": function.log_group_name, "timeout_seconds": plan.functions[name].timeout_seconds,
                    "failures_url": function.failures_url,
                }
                for name, function in made.functions.items()
            },
            "platform_functions": sorted({each.physical_name for each in parts_of(FunctionPlan, plan)} - {each.physical_name for each in plan.functions.values()}),
            "tables": {name: {"physical_name": table.physical_name} for name, table in made.tables.items()},
            "queues": {
                name: {
                    "physical_name": queue.physical_name, "url": queue.url, "arn": queue.arn,
                    "dead_letter_name": queue.dead_letter_name, "dead_letter_url": queue.dead_letter_url,
                }
                for name, queue in made.queues.items()
            },
            "buckets": {name: {"physical_name": bucket.physical_name} for name, bucket in made.buckets.items()},
            "topics": {name: {"physical_name": topic.physical_name, "arn": topic.arn} for name, topic in made.topics.items()},
            "buses": {
                name: {"physical_name": bus.physical_name, "arn": bus.arn, "archive_name": plan.buses[name].archive_name}
                for name, bus in made.buses.items()
            },
            "streams": {name: {"physical_name": stream.physical_name} for name, stream in made.streams.items()},
            "datasets": {
                name: {
                    "database": plan.datasets.database_name, "table": table.physical_name, "workgroup": plan.datasets.workgroup_name,
                }
                for name, table in plan.datasets.tables.items()
            } if plan.datasets else {},
            "workflows": {
                name: {"physical_name": it.physical_name, "arn": it.arn, "log_group": it.log_group_name}
                for name, it in made.workflows.items()
            },
            "secrets": {name: {"physical_name": it.physical_name} for name, it in made.secrets.items()},
            "parameters": {name: {"physical_name": it.physical_name} for name, it in made.parameters.items()},
            "schedules": ({
                name: {"physical_name": schedule.physical_name, "group_name": plan.scheduler.group_name}
                for name, schedule in plan.scheduler.schedules.items()
            } if plan.scheduler else {}) | self._of_checks(),
            "apis": {
                name: {
                    "kind": "http", "api_id": api.api_id, "stage": api.stage_name, "endpoint": api.endpoint, "key_ids": {},
                    "routes": _routes(plan.apis[name]), **self._distribution(),
                }
                for name, api in made.apis.items()
            } | {
                name: {
                    "kind": "rest", "api_id": api.api_id, "stage": api.stage_name, "endpoint": api.endpoint,
                    "routes": _rest_routes(plan.rest_apis[name]), "key_ids": api.key_ids,
                }
                for name, api in made.rest_apis.items()
            } | {
                name: {
                    "kind": "websocket", "api_id": socket.api_id, "stage": plan.sockets[name].stage, "endpoint": socket.endpoint,
                    "routes": _socket_routes(plan.sockets[name]), "key_ids": {},
                }
                for name, socket in made.sockets.items()
            } | {
                name: {"kind": "graphql", "api_id": api.api_id, "stage": "", "endpoint": api.endpoint, "routes": [], "key_ids": {}}
                for name, api in made.graphql.items()
            },
            "release": self._release(),
            "probe": self._probe(),
            "feature_flags": self._feature_flags(),
            "dashboards": self._features["dashboards"].names if "dashboards" in self._features else {},
            "alarms": plan.alarm_names(), "alarm_regions": plan.alarm_regions(),
        }  # fmt: skip

    def _distribution(self) -> dict[str, Any]:
        if (made := self._features.get("cdn")) is None:
            return {}
        return {"distribution": {"id": made.distribution_id, "url": made.url, "domain_name": made.domain_name}}

    def _of_checks(self) -> dict[str, Any]:
        """The schedules of its restore check and its probe, so that one can be run by hand."""
        return {
            f"{schedule.function}-{step}": {"physical_name": schedule.physical_name, "group_name": scheduler.group_name}
            for scheduler in parts_of(SchedulerPlan, self._plan.features)
            for step, schedule in scheduler.schedules.items()
        }

    def _objectives(self) -> list[dict[str, Any]]:
        """What it promises, so that it can be said how much of the error budgets is left."""
        slo, made = self._plan.features.get("slo"), self._pilot
        ids = {name: api.api_id for apis in (made.apis, made.rest_apis, made.graphql) for name, api in apis.items()}
        return [
            {
                "api": it.api, "indicator": it.indicator, "budget": it.budget, "days": DAYS, "bad": it.left.bad,
                "alarms": [alarm.physical_name for alarm in it.alarms],
                "metrics": {
                    name: {
                        "namespace": metric.namespace, "metric_name": metric.metric_name, "statistic": metric.statistic,
                        "dimensions": {**metric.dimensions, **dict.fromkeys(metric.assigned_dimensions, ids.get(it.left.api, ""))},
                    }
                    for name, metric in it.left.metrics.items()
                },
            }
            for it in (slo.objectives if isinstance(slo, SloPlan) else ())
        ]  # fmt: skip

    def _probe(self) -> dict[str, Any] | None:
        """Its probe, so that it can be given what it proves itself with; None where nothing is called."""
        probe, made = self._plan.features.get("probe"), self._features.get("probe")
        if made is None or not isinstance(probe, ProbePlan) or probe.runner is None:
            return None
        function = made.function
        return {
            "secret_name": made.probe.secret_name, "key_id": made.probe.key_id, "issuer": probe.runner.issuer, "left_out": probe.left_out,
            "function": {
                "physical_name": function.physical_name, "alias_arn": function.alias_arn, "log_group": function.log_group_name,
                "timeout_seconds": probe.runner.function.timeout_seconds, "failures_url": function.failures_url,
            },
        }  # fmt: skip

    def _release(self) -> dict[str, Any] | None:
        rollout, made = self._plan.features.get("rollout"), self._features.get("rollout")
        if made is None or not isinstance(rollout, RolloutPlan):
            return None
        return {
            "application_name": made.application_name, "record_name": made.record_name, "checks_name": rollout.checks.physical_name,
            "strategy": rollout.strategy, "percent": rollout.percent, "minutes": rollout.minutes,
        }  # fmt: skip

    def _feature_flags(self) -> dict[str, Any] | None:
        flags, made = self._plan.features.get("feature_flags"), self._features.get("feature_flags")
        if made is None or not isinstance(flags, FeatureFlagsPlan):
            return None
        return {
            **made.ids, "minutes": flags.minutes, "bake_minutes": flags.bake_minutes, "monitors": [each.alarm_name for each in flags.monitors],
            "flags": flags.flags,
        }  # fmt: skip


def _routes(api: ApiPlan) -> list[dict[str, Any]]:
    return [{"route": it.route, "function": it.function, "authorizer": it.authorizer, "example": it.example} for it in api.routes]


def _rest_routes(api: RestApiPlan) -> list[dict[str, Any]]:
    return [
        {"route": f"{it.method} {it.path}", "function": it.function, "authorizer": it.authorizer, "example": it.example}
        for it in api.methods
    ]


def _socket_routes(socket: SocketPlan) -> list[dict[str, Any]]:
    return [
        {"route": route, "function": function, "authorizer": socket.authorizer if route == "$connect" else "none", "example": None}
        for route, function in socket.routes.items()
    ]


def _plan(name: str, args: WorkloadArgs, knobs: _Knobs) -> tuple[WorkloadPlan, dict[str, Any], dict[str, Any]]:
    """The plan; what the platform shares, as given in the arguments, or else as exported; and who answers for it at which cost. Raises ValueError."""
    try:
        platform = Platform.from_text(knobs.platform)
        manifest = read_manifest(knobs.manifest, "manifest", platform.settings)
        plan = plan_workload(manifest, platform.settings, phase=knobs.phase)
    except ValueError as wrong:
        raise ValueError(f"Workload '{name}': {wrong}") from wrong
    shared = {
        key: args.get(key) or getattr(platform, key)
        for key in ("alarm_topic_arn", "layer_arn", "token_issuer", "token_audiences", "user_pool_arn")
    }
    problems = [f"code: lacks the bundle of the function '{each}'" for each in plan.functions if each not in args["code"]]
    problems += [f"code: '{each}' is no function of the manifest" for each in args["code"] if each not in plan.functions]
    wanted = {event for bus in plan.buses.values() for event in bus.events}
    wanted |= {model for api in plan.rest_apis.values() for model in api.models}
    given = args.get("schemas") or {}
    problems += [f"schemas: lacks the event '{each}', which the manifest names" for each in sorted(wanted - set(given))]
    problems += [f"schemas: '{each}' is not named by the manifest" for each in sorted(set(given) - wanted)]
    if plan.graphql and not args.get("graphql"):
        problems.append("graphql: is required, because the manifest has a GraphQL API")
    if not shared["layer_arn"]:
        problems.append("layer_arn: is neither given nor in `platform`; export `platform` again after an update of that stack")
    if problems:
        raise ValueError("\n".join(f"Workload '{name}': {problem}" for problem in problems))
    return plan, shared, _registry(manifest, plan, platform.settings)


def _registry(manifest: Manifest, plan: WorkloadPlan, settings: Settings) -> dict[str, Any]:
    team = settings.teams[manifest.owner]
    return {
        "contact": team.contact, "on_call": team.on_call_email, "cost_centre": team.cost_centre,
        "expected_usd": round(cost(manifest, settings, plan=plan).expected_usd, 2), "budget_usd": manifest.cost.monthly_budget_usd,
    }  # fmt: skip
