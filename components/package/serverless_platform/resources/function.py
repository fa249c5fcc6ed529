"""A Lambda function with everything that belongs to it alone: role, log group, versions, alias `live`, alarms."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import lambda_

from ..arguments import PlainArguments, checked, settled_with
from ..iam.grants import AssignedStatementArgs, KeyStatementArgs, StatementArgs, make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import AlarmArgs, make_alarms
from ..monitoring.logs import make_log_group
from .failures import FailuresArgs, make_failures

ALIAS = "live"
"""The only way into a function: no trigger and no tool invokes a version or $LATEST."""


class AsynchronousArgs(TypedDict):
    """How Lambda deals with an event that nobody waits for; it is then given up into the queue of failures."""

    maximum_retries: int
    """How often it is tried again, 0 to 2."""
    maximum_age_seconds: int
    """How long it may wait, in seconds, 60 to 21600."""


class FunctionArgs(TypedDict):
    """Arguments of a Function."""

    physical_name: str
    """Name of the function in AWS, at most 64 characters."""
    role_name: str
    """Name of its role, at most 64 characters; IAM is global, so it carries the region."""
    log_group_name: str
    """Name of its log group."""
    description: str
    """One sentence: what it is for."""
    account_id: str
    """Account in which Lambda may take the role."""
    boundary_arn: str
    """ARN of the permissions boundary of the role."""
    code: pulumi.Archive
    """The bundle: the function's own code, without third-party packages."""
    layer_arn: NotRequired[pulumi.Input[str]]
    """ARN of the layer version that holds the third-party packages; without it, the code has what the runtime has."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key: encrypts log group and environment variables."""
    handler: str
    """Entry point, MODULE.FUNCTION as Python imports it."""
    runtime: str
    """Lambda runtime, such as python3.13."""
    architecture: str
    """arm64 or x86_64."""
    memory_mb: int
    """Memory in MB, 128 to 10240; the share of a processor grows with it."""
    timeout_seconds: int
    """Longest run in seconds, 1 to 900."""
    log_retention_days: int
    """How long its log is kept, in days; one of the values that CloudWatch Logs knows."""
    log_protection: NotRequired[str]
    """Data protection policy of its log group as JSON text; without it nothing is masked there."""
    log_level: str
    """Lowest level that is logged: TRACE, DEBUG or INFO. Not above: Lambda takes lines without a level for INFO, and would drop
    metrics from code and the runtime's own report of an unhandled error."""
    environment: dict[str, pulumi.Input[str]]
    """Environment variables. No secrets: they are shown in the console."""
    statements: list[StatementArgs]
    """Permissions on resources with known ARNs."""
    key_statements: list[KeyStatementArgs]
    """Permissions on the workload's key."""
    assigned_statements: NotRequired[list[AssignedStatementArgs]]
    """Permissions on what has an ARN that AWS assigns."""
    failures: NotRequired[FailuresArgs]
    """Its queue of failures; for a function that something invokes asynchronously or in order."""
    asynchronous: NotRequired[AsynchronousArgs]
    """How events are dealt with that nobody waits for; without it, nothing invokes the function so."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms."""
    reserved_concurrency: NotRequired[int]
    """Most runs at the same time, taken out of the account's pool; without it, the account's pool is the limit."""
    released: NotRequired[bool]
    """Whether releases move its alias to new versions, so that an update leaves the alias alone; false if it is not given."""
    snap_start: NotRequired[bool]
    """Whether its versions start from a snapshot that Lambda takes when they are published; false if it is not given."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Asynchronous(PlainArguments):
    maximum_retries: int = pydantic.Field(ge=0, le=2)
    maximum_age_seconds: int = pydantic.Field(ge=60, le=21600)


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(min_length=1, max_length=64)
    role_name: str = pydantic.Field(min_length=1, max_length=64)
    description: str = pydantic.Field(max_length=256)
    handler: str = pydantic.Field(pattern=r"^[A-Za-z_][\w.]*\.[A-Za-z_]\w*$")
    runtime: str = pydantic.Field(pattern=r"^python3\.\d+$")
    architecture: str = pydantic.Field(pattern="^(arm64|x86_64)$")
    memory_mb: int = pydantic.Field(ge=128, le=10240)
    timeout_seconds: int = pydantic.Field(ge=1, le=900)
    log_retention_days: int = pydantic.Field(ge=1, le=3653)
    log_protection: str | None = pydantic.Field(default=None, max_length=30_720)
    log_level: str = pydantic.Field(pattern="^(TRACE|DEBUG|INFO)$")
    reserved_concurrency: int | None = pydantic.Field(default=None, ge=0)
    failures: dict[str, Any] | None = None
    asynchronous: _Asynchronous | None = None
    released: bool = False
    snap_start: bool = False

    @pydantic.model_validator(mode="after")
    def _kept(self) -> "_Knobs":
        if self.asynchronous and not self.failures:
            raise ValueError("asynchronous needs failures: without a queue for them, what is given up is lost")
        return self


class Function(pulumi.ComponentResource):
    """A function that runs under a role of its own, logs JSON into a group of its own, is traced, and is invoked through
    its alias `live` only."""

    physical_name: pulumi.Output[str]
    """Name of the function in AWS."""
    arn: pulumi.Output[str]
    """ARN of the function, without a version."""
    alias_arn: pulumi.Output[str]
    """ARN of the alias `live`: what triggers invoke."""
    alias_invoke_arn: pulumi.Output[str]
    """The alias as API Gateway wants it in an integration."""
    alias_name: pulumi.Output[str]
    """`live`."""
    version: pulumi.Output[str]
    """The newest version, published by the update."""
    role_arn: pulumi.Output[str]
    """ARN of its role."""
    role_name: pulumi.Output[str]
    """Name of its role, for what a feature allows it besides."""
    log_group_name: pulumi.Output[str]
    """Name of its log group."""
    failures_arn: pulumi.Output[str]
    """ARN of its queue of failures, once the queue's policy is in force; empty text where it has none."""
    failures_url: pulumi.Output[str]
    """URL of its queue of failures; empty text where it has none."""

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Function", name, _Knobs, FunctionArgs, args)
        super().__init__("serverless-platform:index:Function", name, _told(args, knobs), opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_log_group()
        self._make_role()
        self._make_function()
        self._make_alias()
        self._keep_failures()
        make_alarms(name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=self._child)
        self.physical_name, self.arn = self._function.name, self._function.arn
        self.alias_arn, self.alias_invoke_arn, self.alias_name = self._alias.arn, self._alias.invoke_arn, self._alias.name
        self.version = self._function.version
        self.role_arn, self.role_name, self.log_group_name = self._role.arn, self._role.name, self._log_group.name
        self.register_outputs({
            "failures_arn": self.failures_arn, "failures_url": self.failures_url,
            "physical_name": self.physical_name, "arn": self.arn, "alias_arn": self.alias_arn,
            "alias_invoke_arn": self.alias_invoke_arn, "alias_name": self.alias_name, "role_arn": self.role_arn,
            "log_group_name": self.log_group_name, "version": self.version,
        })  # fmt: skip

    def _make_log_group(self) -> None:
        args = self._args
        self._log_group = make_log_group(
            self._name, group_name=args["log_group_name"], retention_days=self._knobs.log_retention_days,
            key_arn=args["key_arn"], tags=args["tags"], opts=self._child,
            protection=self._knobs.log_protection,
        )  # fmt: skip

    def _make_role(self) -> None:
        args = self._args
        self._role = make_role(
            self._name, role_name=args["role_name"], description=f"Of the function {args['physical_name']}, of it alone.",
            account_id=args["account_id"], boundary_arn=args["boundary_arn"], tags=args["tags"], opts=self._child,
        )  # fmt: skip
        self.policies = make_policies(
            self._name, role=self._role, statements=args["statements"], key_arn=args["key_arn"],
            key_statements=args["key_statements"], assigned_statements=args.get("assigned_statements", []), opts=self._child,
        )  # fmt: skip

    def _make_function(self) -> None:
        args, knobs = self._args, self._knobs
        self._function = lambda_.Function(
            self._name,
            name=args["physical_name"],
            description=args["description"],
            role=self._role.arn,
            code=args["code"],
            layers=[args["layer_arn"]] if "layer_arn" in args else None,
            handler=knobs.handler,
            runtime=knobs.runtime,
            architectures=[knobs.architecture],
            memory_size=knobs.memory_mb,
            timeout=knobs.timeout_seconds,
            reserved_concurrent_executions=knobs.reserved_concurrency,
            environment=lambda_.FunctionEnvironmentArgs(variables=args["environment"]),
            kms_key_arn=args["key_arn"],
            logging_config=lambda_.FunctionLoggingConfigArgs(
                log_format="JSON",
                # The output, not the text: Lambda makes a missing group by itself, without retention and key.
                log_group=self._log_group.name,
                application_log_level=knobs.log_level,
                system_log_level="INFO",
            ),
            tracing_config=lambda_.FunctionTracingConfigArgs(mode="Active"),
            publish=True,
            snap_start=lambda_.FunctionSnapStartArgs(apply_on="PublishedVersions") if knobs.snap_start else None,
            tags=args["tags"],
            # The first invocation may come at once, and Lambda keeps the credentials of a role for a while.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.policies),
        )

    def _make_alias(self) -> None:
        # Where releases own version and routing, nothing else of the alias may ever change: the provider sends the whole alias with any change,
        # and with it the version that the state remembers, which would be a rollback that nobody asked for.
        owned = ["functionVersion", "routingConfig"] if self._knobs.released else None
        self._alias = lambda_.Alias(
            f"{self._name}-{ALIAS}", name=ALIAS, function_name=self._function.name, function_version=self._function.version,
            description="What every trigger invokes.", opts=pulumi.ResourceOptions(parent=self, ignore_changes=owned),
        )  # fmt: skip

    def _keep_failures(self) -> None:
        args, knobs = self._args, self._knobs
        self.failures_arn = self.failures_url = pulumi.Output.from_input("")
        if "failures" not in args:
            return
        queue, policy = make_failures(
            self._name, args["failures"], key_arn=args["key_arn"], alarm_topic_arn=args["alarm_topic_arn"], tags=args["tags"],
            opts=self._child,
        )  # fmt: skip
        self.failures_arn, self.failures_url = settled_with(queue.arn, policy), queue.url
        if knobs.asynchronous:
            lambda_.FunctionEventInvokeConfig(
                self._name, function_name=self._function.name, qualifier=self._alias.name,
                maximum_retry_attempts=knobs.asynchronous.maximum_retries,
                maximum_event_age_in_seconds=knobs.asynchronous.maximum_age_seconds,
                destination_config=lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
                    on_failure=lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(destination=self.failures_arn)
                ),
                # Lambda tries whether the role may send there, and refuses the destination if it may not.
                opts=pulumi.ResourceOptions(parent=self, depends_on=self.policies),
            )  # fmt: skip


def _told(args: FunctionArgs, knobs: _Knobs) -> Mapping[str, Any]:
    """What the engine, and so the rules, see of a Function: its plain facts and its grants."""
    return {
        "physicalName": args["physical_name"], "handler": knobs.handler, "memoryMb": knobs.memory_mb,
        "timeoutSeconds": knobs.timeout_seconds, "statements": args["statements"], "keyStatements": args["key_statements"],
    }  # fmt: skip
