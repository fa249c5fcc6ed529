"""What all workloads of a stack share: alarm topic, token issuer, layer."""

import json
from typing import TypedDict

import pulumi
from pulumi_aws import cloudwatch, cognito, costexplorer, lambda_, xray

from platform_contract.plan.cost_anomalies import CostAnomaliesPlan
from platform_contract.plan.foundation import FoundationPlan, plan_foundation
from platform_contract.platform.settings import load_settings

from .iam.keys import make_key
from .monitoring.alarm_topic import make_alarm_topic
from .planned import Planned, Shared


class FoundationArgs(TypedDict):
    """Arguments of a Foundation."""

    settings: str
    """Settings of the stack as JSON text: docs/reference/settings.md."""
    layer_code: pulumi.Archive
    """The layer of third-party packages, built for the settings' runtime and architecture."""


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
        made = args if isinstance(args, Planned) else _planned(name, args)
        self._plan: FoundationPlan = made.plan
        super().__init__("serverless-platform:index:Foundation", name, {"topicName": self._plan.topic_name}, opts)
        self._name, self._given = name, made.given
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
        plan = self._plan
        key = make_key(f"{self._name}-alarms", plan.key, tags=plan.tags, opts=self._child)
        self.alarm_topic_arn = make_alarm_topic(
            f"{self._name}-alarms", topic_name=plan.topic_name, topic_policy=plan.topic_policy, key=key, receivers=plan.alarm_receivers,
            tags=plan.tags, opts=self._child,
        )  # fmt: skip

    def _admit_topics_to_traces(self) -> None:
        """Without it SNS takes a topic's active tracing and sends nothing. One for all topics: X-Ray takes five in a region."""
        plan = self._plan
        xray.ResourcePolicy(f"{self._name}-traces", policy_name=plan.trace_policy_name, policy_document=plan.trace_policy, opts=self._child)

    def _make_layer(self) -> None:
        plan = self._plan
        layer = lambda_.LayerVersion(
            f"{self._name}-packages", layer_name=plan.layer_name, code=self._given["layer_code"], opts=self._child,
            description="Third-party packages of all functions.", compatible_architectures=[plan.layer_architecture],
            compatible_runtimes=[plan.layer_runtime],
        )  # fmt: skip
        self.layer_arn = layer.arn

    def _make_index(self) -> None:
        if index := self._given.get("index"):
            cloudwatch.Dashboard(f"{self._name}-index", dashboard_name=index["name"], dashboard_body=index["body"], opts=self._child)

    def _watch_costs(self) -> None:
        """At once and by the topic: a subscription that tells addresses comes once a day, and a person of each has to be named."""
        costs: CostAnomaliesPlan | None = self._given.get("cost_anomalies")
        if costs is not None:
            impact = costexplorer.AnomalySubscriptionThresholdExpressionDimensionArgs(
                key="ANOMALY_TOTAL_IMPACT_ABSOLUTE", match_options=["GREATER_THAN_OR_EQUAL"], values=[str(costs.impact_usd)]
            )
            costexplorer.AnomalySubscription(
                f"{self._name}-costs", name=costs.subscription_name, frequency="IMMEDIATE", monitor_arn_lists=[costs.monitor_arn],
                subscribers=[costexplorer.AnomalySubscriptionSubscriberArgs(type="SNS", address=self.alarm_topic_arn)],
                threshold_expression=costexplorer.AnomalySubscriptionThresholdExpressionArgs(dimension=impact),
                tags=self._plan.tags, opts=self._child,
            )  # fmt: skip

    def _make_identity(self) -> None:
        plan = self._plan
        if plan.user_pool_name is None:
            self.token_issuer = pulumi.Output.from_input(plan.token_issuer or "")
            self.token_audiences = pulumi.Output.from_input(list(plan.token_audiences))
            self.user_pool_id = self.user_pool_arn = pulumi.Output.from_input("")
            return
        pool = self._make_user_pool(plan.user_pool_name)
        client = cognito.UserPoolClient(
            f"{self._name}-users", name=plan.user_pool_name, user_pool_id=pool.id, generate_secret=False,
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
        protect = self._plan.protect
        return cognito.UserPool(
            f"{self._name}-users", name=name, username_attributes=["email"], auto_verified_attributes=["email"],
            deletion_protection="ACTIVE" if protect else "INACTIVE", mfa_configuration="OPTIONAL",
            software_token_mfa_configuration=cognito.UserPoolSoftwareTokenMfaConfigurationArgs(enabled=True),
            password_policy=cognito.UserPoolPasswordPolicyArgs(
                minimum_length=12, require_lowercase=True, require_numbers=True, require_symbols=True,
                require_uppercase=True, temporary_password_validity_days=7,
            ),
            admin_create_user_config=cognito.UserPoolAdminCreateUserConfigArgs(allow_admin_create_user_only=True),
            tags=self._plan.tags, opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )  # fmt: skip


def _planned(name: str, args: FoundationArgs) -> Planned[FoundationPlan]:
    """Raises ProblemsError for settings that are none."""
    place = f"Foundation '{name}': settings"
    try:
        values = json.loads(args["settings"])
    except ValueError:
        raise ValueError(f"{place}: is not JSON; give it the settings of docs/reference/settings.md as a JSON object") from None
    settings = load_settings(values, place)
    plan = plan_foundation(settings)
    shared = Shared("platform", settings.account_id, settings.region, settings.boundary_arn, plan.tags, "", "")
    return Planned(plan, shared, {"layer_code": args["layer_code"]})
