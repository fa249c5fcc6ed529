"""A workload from its manifest: the component that product teams use."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field

from platform_contract.economics.estimate import cost
from platform_contract.manifest import Manifest, read_manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.plan.platform import Platform
from platform_contract.planning import plan_workload
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.settings import PHASES, Phase, Settings
from platform_contract.platform.text_types import Strict

from .features.context import Context
from .inventory import APIS, Made, inventory_of
from .phases.pilot import Pilot
from .phases.scale import Scale
from .phases.standardize import Standardize
from .planned import plain_values

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


class _Asked(Strict):
    """Its plain values that are no files."""

    manifest: str = Field(min_length=1, description="The manifest.")
    platform: str = Field(min_length=1, description="What a platform stack exports as `platform`.")
    phase: Phase | None = None


class Workload(pulumi.ComponentResource):
    """Everything that one manifest asks for, in the environment of `platform`."""

    urls: pulumi.Output[dict[str, str]]
    """API of the workload -> its URL on AWS; `cdn`: that of the distribution before its HTTP API."""
    resources: pulumi.Output[dict[str, Any]]
    """What was made, by the names of the manifest: this workload's part of the inventory."""

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        asked, problems = plain_values(f"Workload '{name}'", args, WorkloadArgs, _Asked)
        if problems or asked is None:
            raise ProblemsError(problems)
        self._plan, self._from, self._registry = _plan(name, args, asked)
        shown = {"owner": self._plan.owner, "dataClass": self._plan.data_class, "phase": self._plan.phase}
        super().__init__("serverless-platform:index:Workload", name, shown, opts)
        self._name, self._args = name, args
        self._make_pilot()
        self._make_later_phases()
        self.urls = self._urls()
        self.resources = pulumi.Output.from_input(inventory_of(Made(self._plan, self._pilot.made, self._features, self._registry)))
        self.register_outputs({"urls": self.urls, "resources": self.resources})

    def _make_pilot(self) -> None:
        args: Any = {key: value for key, value in self._from.items() if value}
        args |= {"plan": self._plan, "code": self._args["code"], "schemas": self._args.get("schemas") or {},
                 "graphql": self._args.get("graphql") or {}}
        self._pilot = Pilot(self._name, args, pulumi.ResourceOptions(parent=self))

    def _of(self, kind: str) -> Mapping[str, Any]:
        """Components of a kind, by name in the manifest."""
        return self._pilot.made.get(kind, {})

    def _make_later_phases(self) -> None:
        self._features: dict[str, Any] = {}
        made, reached = self._pilot, PHASES.index(self._plan.phase)
        context = Context(
            name=self._name, plan=self._plan, functions=self._of("function"), apis={name: api for kind in APIS for name, api in self._of(kind).items()},
            shared=made.shared, identity=made.identity, user_pool_arn=self._from["user_pool_arn"] or "",
            features=self._features,
        )  # fmt: skip
        for later in LATER_PHASES:
            if PHASES.index(later.phase) <= reached:
                later(self._name, context, pulumi.ResourceOptions(parent=self))

    def _urls(self) -> pulumi.Output[dict[str, str]]:
        urls: Any = {name: api.endpoint for kind in ("http_api", "rest_api", "graphql_api") for name, api in self._of(kind).items()}
        urls |= {name: pulumi.Output.concat(api.endpoint, "/", self._plan.sockets[name].stage) for name, api in self._of("websocket_api").items()}
        if "cdn" in self._features:
            urls["cdn"] = self._features["cdn"].url
        return pulumi.Output.from_input(urls)


def _plan(name: str, args: WorkloadArgs, asked: _Asked) -> tuple[WorkloadPlan, dict[str, Any], dict[str, Any]]:
    """The plan; what the platform shares, as given in the arguments, or else as exported; and who answers for it at which cost. Raises ValueError."""
    try:
        platform = Platform.from_text(asked.platform)
        manifest = read_manifest(asked.manifest, "manifest", platform.settings)
        plan = plan_workload(manifest, platform.settings, phase=asked.phase)
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
