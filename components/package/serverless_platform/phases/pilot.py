"""The first phase: everything that a workload needs to run and to be trusted. All its resources belong to it."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi

from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.topic.plan import TopicPlan
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import rotation_names
from platform_contract.platform.json_schemas import draft4
from platform_contract.registry import KINDS

from ..iam.keys import make_key
from ..monitoring.budgets import make_budget
from ..monitoring.traces import make_trace_group
from ..planned import Shared
from ..platform_code import platform_code
from ..resources.bucket import Bucket
from ..resources.bus import EventBus
from ..resources.dataset import Datasets
from ..resources.function import Function
from ..resources.identity import identity
from ..resources.queue import Queue
from ..resources.secret import Parameter, Rotation, Secret
from ..resources.stream import Stream
from ..resources.table import Table
from ..resources.topic import Topic
from ..resources.workflow import Workflow
from . import apis
from .event_sources import make_event_sources
from .making import Making

STATE: Mapping[str, Any] = {
    "table": Table, "queue": Queue, "bucket": Bucket, "topic": Topic, "bus": EventBus, "stream": Stream, "secret": Secret, "parameter": Parameter,
}  # fmt: skip
"""Kind of what holds or carries data -> its component, in the order in which they are made: a topic feeds queues."""


class PilotArgs(TypedDict):
    """Arguments of a Pilot."""

    plan: WorkloadPlan
    """What to make; nothing is decided here."""
    code: dict[str, pulumi.Archive]
    """Function -> its bundle."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that alarms tell."""
    layer_arn: pulumi.Input[str]
    """ARN of the layer version that holds the third-party packages."""
    schemas: NotRequired[dict[str, str]]
    """Event that is published on a bus -> JSON schema of its data, as text."""
    graphql: NotRequired[dict[str, Any]]
    """Files of the GraphQL API: schema_text, resolvers, functions, pipelines."""
    user_pool_arn: NotRequired[pulumi.Input[str]]
    """ARN of the managed user pool, for REST routes that take its tokens."""
    token_issuer: NotRequired[pulumi.Input[str]]
    """Issuer of the tokens that jwt routes accept."""
    token_audiences: NotRequired[pulumi.Input[list[str]]]
    """Audiences that jwt routes accept."""


class Pilot(pulumi.ComponentResource):
    """Key, state, functions, triggers, trace group and budget of one workload."""

    made: Mapping[str, Mapping[str, Any]]
    """Kind -> name in the manifest -> component."""

    def __init__(self, name: str, args: PilotArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless-platform:index:Pilot", name, {}, opts)
        self._name, self._args, self._plan = name, args, args["plan"]
        self._child = pulumi.ResourceOptions(parent=self)
        self.key = make_key(name, self._plan.key, tags=self._plan.tags, opts=self._child)
        self.shared = shared_of(self._plan, alarm_topic_arn=args["alarm_topic_arn"], key_arn=self.key.arn)
        self._work = work = Making(name, self._plan, self.shared, args, self._child)
        self.made = work.made
        self._make_state()
        self._make_datasets()
        apis.make_websocket_apis(work)
        self._make_functions()
        self._make_rotations()
        apis.make_http_apis(work)
        apis.make_rest_apis(work)
        apis.connect_websocket_apis(work)
        apis.make_graphql_apis(work)
        make_event_sources(work)
        make_trace_group(name, self._plan.trace_group, tags=self._plan.tags, opts=self._child)
        make_budget(name, self._plan.budget, topic_arn=args["alarm_topic_arn"], tags=self._plan.tags, opts=self._child)
        self.register_outputs({})

    def identity(self, variable: str) -> pulumi.Output[str]:
        """What a function that decides who may call knows of tokens: TOKEN_ISSUER, TOKEN_AUDIENCES or JWKS_URL."""
        args = self._args
        return identity(variable, issuer=args["token_issuer"], audiences=args["token_audiences"], token_keys=self._plan.token_keys)

    def _make_state(self) -> None:
        for kind, component in STATE.items():
            for name, plan in getattr(self._plan, KINDS[kind].section).items():
                given = {"schemas": self._schemas(plan.events)} if kind == "bus" else {}
                self._work.of(kind)[name] = component(f"{self._name}-{name}", self._work.planned(plan, **given), self._child)
                if isinstance(plan, TopicPlan):
                    self._feed(name, plan)

    def _feed(self, name: str, topic: TopicPlan) -> None:
        for queue in topic.queues:
            self._work.of("topic")[name].feed(queue, self._work.of("queue")[queue])

    def _schemas(self, events: tuple[str, ...]) -> dict[str, str]:
        schemas = self._args.get("schemas") or {}
        return {event: draft4(schemas[event]) for event in events}

    def _make_datasets(self) -> None:
        if (plan := self._plan.datasets) is not None:
            bucket = self._work.of("bucket")[plan.bucket].physical_name
            Datasets(f"{self._name}-datasets", self._work.planned(plan, bucket_name=bucket), self._child)

    def _make_functions(self) -> None:
        """Functions that start workflows come after those, which come after the functions that are their steps."""
        starting = {name for name, it in self._plan.functions.items() if any(use.kind == "workflow" for use in it.references.values())}
        self._make_those({name for name in self._plan.functions if name not in starting})
        self._make_workflows()
        self._make_those(starting)

    def _make_those(self, names: set[str]) -> None:
        for name, plan in self._plan.functions.items():
            if name in names:
                self._work.of("function")[name] = self._function(name, plan, code=self._args["code"][name], layer_arn=self._args["layer_arn"])

    def _function(self, name: str, plan: FunctionPlan, **code: Any) -> Function:
        references = {variable: self._known(it.kind, it.name) for variable, it in plan.references.items()}
        assigned = [
            {"sid": it.sid, "actions": list(it.actions), "resources": [apis.websocket_arn(self._work, it.kind, suffix) for suffix in it.arn_suffixes]}
            for it in plan.assigned_statements
        ]
        return Function(f"{self._name}-{name}", self._work.planned(plan, references=references, assigned_statements=assigned, **code), self._child)

    def _known(self, kind: str, name: str) -> pulumi.Output[str]:
        if kind == "socket":
            return apis.websocket_endpoint(self._work, name)
        return self.identity(name) if kind == "identity" else self._work.known(kind, name)

    def _make_rotations(self) -> None:
        """After the functions: one of them may have to hand the new value over."""
        for name, rotation in self._plan.rotations.items():
            component = rotation_names.component(name)
            function = self._function(component, rotation.function, code=platform_code(rotation.function.handler))
            given = {"secret_arn": self._work.of("secret")[name].arn, "target": function.target}
            Rotation(f"{self._name}-{component}", self._work.planned(rotation, **given), self._child)

    def _make_workflows(self) -> None:
        for name, plan in self._plan.workflows.items():
            steps = [self._work.of("function")[function].alias_arn for function in plan.functions]
            self._work.of("workflow")[name] = Workflow(f"{self._name}-{name}", self._work.planned(plan, steps=steps), self._child)


def shared_of(plan: WorkloadPlan, *, alarm_topic_arn: pulumi.Input[str], key_arn: pulumi.Input[str]) -> Shared:
    """What all components of a planned workload have in common."""
    return Shared(
        workload=plan.name, account_id=plan.account_id, region=plan.region, boundary_arn=plan.boundary_arn, tags=plan.tags,
        alarm_topic_arn=alarm_topic_arn, key_arn=key_arn,
    )  # fmt: skip
