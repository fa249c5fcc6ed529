"""The probe of a workload: the function that calls it as a client does, what it proves itself with, its schedule and alarms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pulumi

from platform_contract.features.probe import ProbePlan, RunnerPlan
from platform_contract.kinds.function.plan import FunctionPlan, ReferencePlan
from platform_contract.platform.probe import COMPONENT
from platform_contract.platform.settings import partition_of

from ..monitoring.alarms import make_alarms
from ..planned import Planned
from ..platform_code import platform_code
from ..resources.function import Function
from ..resources.rest_api.usage import make_usage
from ..resources.schedule import Schedules
from ..resources.secret import Secret
from .context import Context


class Probe(pulumi.ComponentResource):
    """What a probe proves itself with (a secret without a value, an API key with a quota of its own), and the alarms on what it counts."""

    secret_name: pulumi.Output[str]
    """Name of its secret; empty text where it needs none."""
    key_id: pulumi.Output[str]
    """Id of its API key; empty text where it needs none."""

    def __init__(self, name: str, made: Planned[ProbePlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        if plan.runner is None:
            raise ValueError(f"Probe '{name}': probe: has nothing to call")
        super().__init__("serverless-platform:index:Probe", name, {"routes": sorted({each.route for each in plan.calls})}, opts)
        self._name, self._shared, self._given, self._runner = name, made.shared, made.given, plan.runner
        self._child = pulumi.ResourceOptions(parent=self)
        self.secret_name, self.key_id = self._make_secret(), self._make_client()
        self._make_alarms()
        self.register_outputs({"secret_name": self.secret_name, "key_id": self.key_id})

    def _make_secret(self) -> pulumi.Output[str]:
        secret = self._runner.secret
        if secret is None:
            return pulumi.Output.from_input("")
        return Secret(f"{self._name}-secret", cast(Any, Planned(secret, self._shared)), self._child).physical_name

    def _make_client(self) -> pulumi.Output[str]:
        tier, client = self._runner.tier, self._runner.client
        if tier is None or client is None:
            return pulumi.Output.from_input("")
        keys = make_usage(
            self._name, {COMPONENT: tier}, {COMPONENT: client}, api_id=self._given["rest_api_id"], stage=self._given["rest_stage"],
            tags=self._shared.tags, opts=self._child,
        )  # fmt: skip
        return keys[COMPONENT]

    def _make_alarms(self) -> None:
        for route, alarms in self._runner.alarms.items():
            make_alarms(f"{self._name}-{route}", alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child)


@dataclass(frozen=True)
class Made:
    """The probe of a workload, for its inventory."""

    probe: Probe
    function: Function


def make(context: Context, probe: ProbePlan, opts: pulumi.ResourceOptions) -> Made | None:
    """The probe of one workload; None where it has nothing to call."""
    if probe.runner is None:
        return None
    rest = context.apis.get("rest")
    given = {"rest_api_id": rest.api_id if rest else "", "rest_stage": rest.stage_name if rest else ""}
    made = Probe(f"{context.name}-{COMPONENT}", context.planned(probe, **given), opts)
    function = _make_function(context, probe.runner, made, opts)
    Schedules(f"{context.name}-{COMPONENT}-schedules", context.planned(probe.runner.scheduler, targets={COMPONENT: function.target}), opts)
    return Made(made, function)


def _make_function(context: Context, runner: RunnerPlan, made: Probe, opts: pulumi.ResourceOptions) -> Function:
    plan = runner.function
    known: dict[str, Callable[[ReferencePlan], pulumi.Output[str]]] = {
        "url": lambda it: _url(context, it.name, it.known_as), "identity": lambda it: context.identity(it.name), "secret": lambda _: made.secret_name,
    }  # fmt: skip
    return Function(f"{context.name}-{COMPONENT}", context.planned(
        plan, references={variable: known[it.kind](it) for variable, it in plan.references.items()}, assigned_statements=_assigned(context, plan),
        code=platform_code(plan.handler, probe=runner.data),
    ), opts)  # fmt: skip


def _assigned(context: Context, plan: FunctionPlan) -> list[dict[str, Any]]:
    return [
        {"sid": it.sid, "actions": list(it.actions), "resources": [pulumi.Output.concat(_arn(context, it.kind), suffix) for suffix in it.arn_suffixes]}
        for it in plan.assigned_statements
    ]


def _arn(context: Context, kind: str) -> pulumi.Output[str]:
    if kind == "user_pool":
        return pulumi.Output.from_input(context.user_pool_arn)
    plan = context.plan
    return pulumi.Output.concat(
        f"arn:{partition_of(plan.region)}:execute-api:{plan.region}:{plan.account_id}:", context.apis[kind.removesuffix("_api")].api_id
    )  # fmt: skip


def _url(context: Context, name: str, known_as: str) -> pulumi.Output[str]:
    """The public address of an API, once its stage answers; of the embedded cloud, which has no names of its own and no distributions."""
    api = context.apis[name]
    if context.plan.endpoint_url:
        return pulumi.Output.concat(context.plan.endpoint_url, "/_aws/execute-api/", api.api_id, "/", api.stage_name)
    if known_as:  # once the distribution is there
        return pulumi.Output.all(context.features["cdn"].distribution_id, api.stage_name).apply(lambda _: known_as)
    return pulumi.Output.all(api.endpoint, api.stage_name).apply(lambda both: str(both[0]))
