"""What all workloads of a stack share: alarm topic, token issuer, layer."""

from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import cloudwatch, cognito, costexplorer, lambda_, xray

from platform_contract.platform import apigateway
from platform_contract.platform.settings import Audience, Issuer, MonitorArn

from .arguments import PlainArguments, checked
from .iam.keys import make_key
from .monitoring.alarm_topic import make_alarm_topic


class CostAnomaliesArgs(TypedDict):
    """A subscription to what AWS Cost Anomaly Detection finds."""

    subscription_name: str
    """Name of the subscription, at most 1024 characters."""
    monitor_arn: str
    """ARN of the account's monitor, as `aws ce get-anomaly-monitors` tells it."""
    impact_usd: int
    """An anomaly is told from so many US dollars on, above what was expected."""


class FoundationArgs(TypedDict):
    """Arguments of a Foundation."""

    key_alias: str
    """Alias of the key of the alarm topic."""
    key_policy: str
    """Policy of that key as JSON text; it has to admit CloudWatch and Budgets, or no alarm arrives."""
    key_deletion_window_days: int
    """Days for which the deleted key can be brought back, 7 to 30."""
    topic_name: str
    """Name of the alarm topic, at most 256 characters."""
    topic_policy: str
    """Policy of the alarm topic as JSON text."""
    trace_policy_name: str
    """Name of the policy under which topics send traces."""
    trace_policy: str
    """That policy as JSON text."""
    alarm_receivers: list[str]
    """E-mail addresses that every alarm is sent to; each has to confirm."""
    layer_name: str
    """Name of the layer of third-party packages."""
    layer_code: pulumi.Archive
    """The layer."""
    layer_architecture: str
    """arm64 or x86_64."""
    layer_runtime: str
    """Lambda runtime that the layer was built for, such as python3.13."""
    user_pool_name: NotRequired[str]
    """Name of a user pool to make, which issues the tokens; without it, `token_issuer` names another."""
    protect: bool
    """Refuse deletion of the user pool."""
    token_issuer: NotRequired[str]
    """Issuer of tokens that is not made here."""
    token_audiences: NotRequired[list[str]]
    """Audiences of that issuer."""
    index_name: NotRequired[str]
    """Name of the dashboard that lists the workloads, where any of them has dashboards."""
    index_body: NotRequired[str]
    """That dashboard as JSON text."""
    cost_anomalies: NotRequired[CostAnomaliesArgs]
    """What the alarm topic is told of the account's costs; without it, nothing but budgets."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _CostAnomalies(PlainArguments):
    subscription_name: str = pydantic.Field(min_length=1, max_length=1024)
    monitor_arn: MonitorArn
    impact_usd: int = pydantic.Field(ge=1)


class _Knobs(PlainArguments):
    topic_name: str = pydantic.Field(min_length=1, max_length=256)
    alarm_receivers: list[str]
    layer_architecture: str = pydantic.Field(pattern="^(arm64|x86_64)$")
    layer_runtime: str = pydantic.Field(pattern=r"^python3\.\d+$")
    user_pool_name: str | None = pydantic.Field(default=None, min_length=1, max_length=128)
    protect: bool
    index_name: str | None = pydantic.Field(default=None, min_length=1, max_length=255)
    index_body: str | None = None
    cost_anomalies: _CostAnomalies | None = None
    token_issuer: Issuer | None = None
    token_audiences: list[Audience] = pydantic.Field(default=[], max_length=apigateway.MAXIMUM_AUDIENCES)

    @pydantic.model_validator(mode="after")
    def _one_issuer(self) -> "_Knobs":
        if bool(self.user_pool_name) == bool(self.token_issuer):
            raise ValueError("give either user_pool_name or token_issuer: exactly one says who issues tokens")
        if bool(self.token_issuer) != bool(self.token_audiences):
            raise ValueError("give token_issuer and token_audiences together: every token of the issuer would be accepted, or none")
        if bool(self.index_name) != bool(self.index_body):
            raise ValueError("give index_name and index_body together: one is of no use without the other")
        return self


class SharedOutputs(TypedDict):
    """Outputs of a Foundation under the names that they have as arguments of a Workload."""

    alarm_topic_arn: pulumi.Output[str]
    layer_arn: pulumi.Output[str]
    token_issuer: pulumi.Output[str]
    token_audiences: pulumi.Output[list[str]]
    user_pool_arn: pulumi.Output[str]


class Foundation(pulumi.ComponentResource):
    """The shared part of a stack; its outputs are handed to every Workload."""

    alarm_topic_arn: pulumi.Output[str]
    """ARN of the topic that alarms tell."""
    layer_arn: pulumi.Output[str]
    """ARN of the layer version with the third-party packages."""
    token_issuer: pulumi.Output[str]
    """Issuer of the tokens that APIs accept."""
    token_audiences: pulumi.Output[list[str]]
    """Audiences of those tokens."""
    user_pool_id: pulumi.Output[str]
    """Id of the managed user pool; empty if another issuer is used."""
    user_pool_arn: pulumi.Output[str]
    """ARN of the managed user pool; empty if another issuer is used."""

    def __init__(self, name: str, args: FoundationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Foundation", name, _Knobs, FoundationArgs, args)
        super().__init__("serverless-platform:index:Foundation", name, {"topicName": knobs.topic_name}, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_alarm_topic()
        self._admit_topics_to_traces()
        self._make_layer()
        self._make_identity()
        self._make_index()
        self._watch_costs()
        self.register_outputs({
            "alarm_topic_arn": self.alarm_topic_arn, "layer_arn": self.layer_arn, "token_issuer": self.token_issuer,
            "token_audiences": self.token_audiences, "user_pool_id": self.user_pool_id,
            "user_pool_arn": self.user_pool_arn,
        })  # fmt: skip

    def shared(self) -> SharedOutputs:
        """What every Workload of the same stack is given."""
        return {
            "alarm_topic_arn": self.alarm_topic_arn, "layer_arn": self.layer_arn, "token_issuer": self.token_issuer,
            "token_audiences": self.token_audiences, "user_pool_arn": self.user_pool_arn,
        }  # fmt: skip

    def _make_alarm_topic(self) -> None:
        args = self._args
        key = make_key(
            f"{self._name}-alarms", alias=args["key_alias"], description="Encrypts the alarm topic.", policy=args["key_policy"],
            deletion_window_days=int(args["key_deletion_window_days"]), tags=args["tags"], opts=self._child,
        )  # fmt: skip
        self.alarm_topic_arn = make_alarm_topic(
            f"{self._name}-alarms", topic_name=args["topic_name"], topic_policy=args["topic_policy"], key=key, receivers=self._knobs.alarm_receivers,
            tags=args["tags"], opts=self._child,
        )  # fmt: skip

    def _admit_topics_to_traces(self) -> None:
        """Without it SNS takes a topic's active tracing and sends nothing. One for all topics: X-Ray takes five in a region."""
        args = self._args
        xray.ResourcePolicy(
            f"{self._name}-traces", policy_name=args["trace_policy_name"], policy_document=args["trace_policy"], opts=self._child
        )

    def _make_layer(self) -> None:
        args, knobs = self._args, self._knobs
        layer = lambda_.LayerVersion(
            f"{self._name}-packages", layer_name=args["layer_name"], code=args["layer_code"], opts=self._child,
            description="Third-party packages of all functions.", compatible_architectures=[knobs.layer_architecture],
            compatible_runtimes=[knobs.layer_runtime],
        )  # fmt: skip
        self.layer_arn = layer.arn

    def _make_index(self) -> None:
        if self._knobs.index_name:
            cloudwatch.Dashboard(
                f"{self._name}-index", dashboard_name=self._knobs.index_name, dashboard_body=self._args["index_body"], opts=self._child
            )

    def _watch_costs(self) -> None:
        """At once and by the topic: a subscription that tells addresses comes once a day, and a person of each has to be named."""
        if costs := self._knobs.cost_anomalies:
            impact = costexplorer.AnomalySubscriptionThresholdExpressionDimensionArgs(
                key="ANOMALY_TOTAL_IMPACT_ABSOLUTE", match_options=["GREATER_THAN_OR_EQUAL"], values=[str(costs.impact_usd)]
            )
            costexplorer.AnomalySubscription(
                f"{self._name}-costs", name=costs.subscription_name, frequency="IMMEDIATE", monitor_arn_lists=[costs.monitor_arn],
                subscribers=[costexplorer.AnomalySubscriptionSubscriberArgs(type="SNS", address=self.alarm_topic_arn)],
                threshold_expression=costexplorer.AnomalySubscriptionThresholdExpressionArgs(dimension=impact),
                tags=self._args["tags"], opts=self._child,
            )  # fmt: skip

    def _make_identity(self) -> None:
        if not self._knobs.user_pool_name:
            self.token_issuer = pulumi.Output.from_input(self._args["token_issuer"])
            self.token_audiences = pulumi.Output.from_input(self._args.get("token_audiences") or [])
            self.user_pool_id = self.user_pool_arn = pulumi.Output.from_input("")
            return
        pool = self._make_user_pool(self._knobs.user_pool_name)
        client = cognito.UserPoolClient(
            f"{self._name}-users", name=self._knobs.user_pool_name, user_pool_id=pool.id, generate_secret=False,
            prevent_user_existence_errors="ENABLED", enable_token_revocation=True,
            # By password for servers with AWS credentials only; everybody else proves the password without sending it.
            explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            access_token_validity=60, id_token_validity=60, refresh_token_validity=30, opts=self._child,
            token_validity_units=cognito.UserPoolClientTokenValidityUnitsArgs(
                access_token="minutes", id_token="minutes", refresh_token="days"
            ),
        )  # fmt: skip
        self.user_pool_id, self.user_pool_arn = pool.id, pool.arn
        self.token_issuer = pulumi.Output.concat("https://", pool.endpoint)
        self.token_audiences = client.id.apply(lambda client_id: [client_id])

    def _make_user_pool(self, name: str) -> cognito.UserPool:
        protect = self._knobs.protect
        return cognito.UserPool(
            f"{self._name}-users", name=name, username_attributes=["email"], auto_verified_attributes=["email"],
            deletion_protection="ACTIVE" if protect else "INACTIVE", mfa_configuration="OPTIONAL",
            software_token_mfa_configuration=cognito.UserPoolSoftwareTokenMfaConfigurationArgs(enabled=True),
            password_policy=cognito.UserPoolPasswordPolicyArgs(
                minimum_length=12, require_lowercase=True, require_numbers=True, require_symbols=True,
                require_uppercase=True, temporary_password_validity_days=7,
            ),
            admin_create_user_config=cognito.UserPoolAdminCreateUserConfigArgs(allow_admin_create_user_only=True),
            tags=self._args["tags"], opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )  # fmt: skip
