"""The first phase: everything that a workload needs to run and to be trusted. All its resources belong to it."""

from decimal import Decimal
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_aws import budgets

from platform_contract.plan.model import FunctionPlan, WorkloadPlan
from platform_contract.platform import rotation_names
from platform_contract.platform.json_schemas import draft4

from ..iam.keys import make_key
from ..monitoring.traces import make_trace_group
from ..planned import alarms_of, arguments, failures_of, make_function
from ..platform_code import platform_code
from ..resources.bucket import Bucket
from ..resources.bus import EventBus
from ..resources.dataset import Datasets
from ..resources.function import Function
from ..resources.queue import Queue
from ..resources.secret import Parameter, Rotation, Secret
from ..resources.stream import Stream
from ..resources.table import Table
from ..resources.topic import Topic
from ..resources.workflow import Workflow
from .entries import Entries
from .sources import Sources


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


class Pilot(Entries, Sources):
    """Key, state, functions, triggers, trace group and budget of one workload."""

    def __init__(self, name: str, args: PilotArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless-platform:index:Pilot", name, {}, opts)
        self._name, self._args, self._plan = name, args, args["plan"]
        self._child = pulumi.ResourceOptions(parent=self)
        self._shared = {"alarm_topic_arn": args["alarm_topic_arn"], "tags": self._plan.tags}
        self._make_key()
        self._make_tables()
        self._make_queues()
        self._make_buckets()
        self._make_topics()
        self._make_buses()
        self._make_streams()
        self._make_datasets()
        self._make_secrets()
        self._make_sockets()
        self._make_functions()
        self._make_rotations()
        self._make_http_apis()
        self._make_rest_apis()
        self._connect_sockets()
        self._make_graphql()
        self._make_queue_triggers()
        self._make_event_triggers()
        self._make_upload_triggers()
        self._make_schedules()
        self._make_ordered_triggers()
        self._make_trace_group()
        self._make_budget()
        self.register_outputs({})

    def _make_key(self) -> None:
        key = self._plan.key
        self.key = make_key(
            self._name, alias=key.alias, description=key.description, policy=key.policy,
            deletion_window_days=key.deletion_window_days, tags=self._plan.tags, opts=self._child,
        )  # fmt: skip
        self._encrypted = {"key_arn": self.key.arn}

    def _make_tables(self) -> None:
        self.tables = {
            name: Table(f"{self._name}-{name}", arguments(
                table, "alarms", "arn", **self._encrypted, **self._shared, alarms=alarms_of(table.alarms),
            ), self._child)
            for name, table in self._plan.tables.items()
        }  # fmt: skip

    def _make_queues(self) -> None:
        self.queues = {
            name: Queue(f"{self._name}-{name}", arguments(
                queue, "alarms", "dead_letter_alarms", **self._encrypted, **self._shared,
                alarms=alarms_of(queue.alarms), dead_letter_alarms=alarms_of(queue.dead_letter_alarms),
            ), self._child)
            for name, queue in self._plan.queues.items()
        }  # fmt: skip

    def _make_buckets(self) -> None:
        self.buckets = {
            name: Bucket(f"{self._name}-{name}", arguments(bucket, "listeners", **self._encrypted, tags=self._plan.tags), self._child)
            for name, bucket in self._plan.buckets.items()
        }

    def _make_topics(self) -> None:
        plan = self._plan
        self.topics = {
            name: Topic(f"{self._name}-{name}", arguments(
                topic, "alarms", "queues", "from_bucket", **self._encrypted, **self._shared, account_id=plan.account_id,
                alarms=alarms_of(topic.alarms),
            ), self._child)
            for name, topic in plan.topics.items()
        }  # fmt: skip
        for name, topic in plan.topics.items():
            for queue in topic.queues:
                dead = plan.queues[queue].dead_letter_arn
                fed = self.queues[queue]
                self.topics[name].feed(queue, {"arn": fed.arn, "dead_letter_arn": dead}, fed.policies)

    def _make_buses(self) -> None:
        schemas = self._args.get("schemas") or {}
        self.buses = {
            name: EventBus(f"{self._name}-{name}", arguments(
                bus, "arn", "events", "dead_letters", **self._encrypted, **self._shared, dead_letters=failures_of(bus.dead_letters), description=f"Events of {self._plan.name}: {name}.",
                schemas={event: draft4(schemas[event]) for event in bus.events},
            ), self._child)
            for name, bus in self._plan.buses.items()
        }  # fmt: skip

    def _make_streams(self) -> None:
        self.streams = {
            name: Stream(f"{self._name}-{name}", arguments(
                stream, "alarms", "arn", **self._encrypted, **self._shared, alarms=alarms_of(stream.alarms),
            ), self._child)
            for name, stream in self._plan.streams.items()
        }  # fmt: skip

    def _make_datasets(self) -> None:
        plan = self._plan.datasets
        self.datasets = Datasets(f"{self._name}-datasets", arguments(
            plan, "bucket", **self._encrypted, tags=self._plan.tags, bucket_name=self.buckets[plan.bucket].physical_name,
        ), self._child) if plan else None  # fmt: skip

    def _make_secrets(self) -> None:
        tags = self._plan.tags
        self.secrets = {
            name: Secret(f"{self._name}-{name}", arguments(secret, "arn", **self._encrypted, tags=tags), self._child)
            for name, secret in self._plan.secrets.items()
        }
        self.parameters = {
            name: Parameter(f"{self._name}-{name}", arguments(parameter, "arn", tags=tags), self._child)
            for name, parameter in self._plan.parameters.items()
        }

    def _make_functions(self) -> None:
        """Functions that start workflows come after those, which come after the functions that are their steps."""
        starting = {name for name, it in self._plan.functions.items() if any(use.kind == "workflow" for use in it.references.values())}
        self.functions = {name: self._function(name) for name in self._plan.functions if name not in starting}
        self._make_workflows()
        self.functions |= {name: self._function(name) for name in self._plan.functions if name in starting}

    def _function(self, name: str) -> Function:
        function = self._plan.functions[name]
        return self._made_function(name, function, code=self._args["code"][name], layer_arn=self._args["layer_arn"])

    def _made_function(self, name: str, function: FunctionPlan, **code: Any) -> Function:
        return make_function(
            f"{self._name}-{name}", self._plan, function, self._child, key_arn=self.key.arn, alarm_topic_arn=self._args["alarm_topic_arn"],
            references=self._references(function), assigned_statements=[
                {"sid": it.sid, "actions": list(it.actions), "resources": [self._socket_arn(it.kind, suffix) for suffix in it.arn_suffixes]}
                for it in function.assigned_statements
            ], **code,
        )  # fmt: skip

    def _make_rotations(self) -> None:
        """After the functions: one of them may have to hand the new value over."""
        for name, rotation in self._plan.rotations.items():
            component = rotation_names.component(name)
            function = self._made_function(component, rotation.function, code=platform_code(rotation.function.handler))
            Rotation(f"{self._name}-{component}", arguments(
                rotation, "function", secret_arn=self.secrets[name].arn, function_name=function.physical_name, alias_name=function.alias_name,
                alias_arn=function.alias_arn, account_id=self._plan.account_id,
            ), self._child)  # fmt: skip

    def _make_workflows(self) -> None:
        plan = self._plan
        self.workflows = {
            name: Workflow(f"{self._name}-{name}", arguments(
                workflow, "alarms", "functions", **self._encrypted, **self._shared, alarms=alarms_of(workflow.alarms),
                account_id=plan.account_id, boundary_arn=plan.boundary_arn,
                steps=[self.functions[function].alias_arn for function in workflow.functions],
            ), self._child)
            for name, workflow in plan.workflows.items()
        }  # fmt: skip

    def _references(self, function: FunctionPlan) -> dict[str, pulumi.Output[str]]:
        """Names and URLs from the resources themselves: so the function, and with it all that invokes it, comes after them."""
        outputs = {
            "table": lambda name: self.tables[name].physical_name,
            "queue": lambda name: self.queues[name].url,
            "bucket": lambda name: self.buckets[name].physical_name,
            "topic": lambda name: self.topics[name].arn,
            "bus": lambda name: self.buses[name].physical_name,
            "stream": lambda name: self.streams[name].physical_name,
            "workflow": lambda name: self.workflows[name].arn,
            "secret": lambda name: self.secrets[name].physical_name,
            "parameter": lambda name: self.parameters[name].physical_name,
            "function": lambda name: self.functions[name].alias_arn,
            "socket": self._socket_endpoint,
            "identity": self.identity,
        }
        return {variable: outputs[it.kind](it.name) for variable, it in function.references.items()}

    def _make_trace_group(self) -> None:
        if group := self._plan.trace_group:
            make_trace_group(
                self._name, group_name=group.physical_name, filter_expression=group.filter_expression, tags=self._plan.tags,
                opts=self._child,
            )  # fmt: skip

    def _make_budget(self) -> None:
        budget, topic = self._plan.budget, self._args["alarm_topic_arn"]
        shares = [("ACTUAL", share) for share in budget.actual_percent]
        shares += [("FORECASTED", share) for share in budget.forecast_percent]
        budgets.Budget(
            f"{self._name}-budget", name=budget.physical_name, budget_type="COST", time_unit="MONTHLY",
            limit_amount=_decimal(budget.limit_usd), limit_unit="USD",
            cost_filters=[budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[budget.tag_filter])],
            notifications=[
                budgets.BudgetNotificationArgs(
                    notification_type=kind, threshold=share, threshold_type="PERCENTAGE", comparison_operator="GREATER_THAN",
                    subscriber_email_addresses=list(budget.receivers), subscriber_sns_topic_arns=[topic],
                )
                for kind, share in shares
            ],
            tags=self._plan.tags, opts=self._child,
        )  # fmt: skip


def _decimal(number: float) -> str:
    """All digits and no exponent: AWS Budgets refuses 1e+06."""
    return format(Decimal(str(number)), "f")
