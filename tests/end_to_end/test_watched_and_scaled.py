"""Types of release, watching, scaling and edge through the real engine and the SDK: made, found unchanged, changed, and gone again."""

import pytest

from local import cloud as clouds
from tests.checkout import free_port

pytestmark = pytest.mark.end_to_end

PROGRAM = '''
import json
import os
import pulumi
from pulumi_aws import (
    Provider, ProviderDefaultTagsArgs, ProviderEndpointArgs, appautoscaling, appconfig, backup, cloudfront, cloudwatch, codedeploy,
    costexplorer, iam, lambda_, wafv2,
)

at = os.environ["ENDPOINT"]
aws = Provider(
    "aws", region="eu-west-1", access_key="a", secret_key="b", endpoints=[ProviderEndpointArgs(sqs=at, sts=at)],
    default_tags=ProviderDefaultTagsArgs(tags={"owner": "platform"}),
)
o = pulumi.ResourceOptions(provider=aws)
later = os.environ.get("LATER") == "1"

def alarm(name, **settings):
    return cloudwatch.MetricAlarm(name, name=name, comparison_operator="GreaterThanThreshold", evaluation_periods=1, opts=o, **settings)

errors = alarm("errors", namespace="AWS/Lambda", metric_name="Errors", statistic="Sum", period=60, threshold=1)
metric = {"metric_name": "Errors", "namespace": "AWS/Lambda", "period": 60, "stat": "Sum", "dimensions": {"FunctionName": "one"}}
rate = alarm("rate", threshold=0.1, metric_queries=[{"id": "e", "metric": metric}, {"id": "r", "expression": "e / 60", "return_data": True}])
cloudwatch.CompositeAlarm(
    "burning", alarm_name="burning", alarm_rule=pulumi.Output.format('ALARM("{0}") AND ALARM("{1}")', errors.name, rate.name),
    alarm_description="later" if later else "now", opts=o,
)
body = {"widgets": [{"type": "metric", "properties": {"region": "eu-west-1", "metrics": [["AWS/Lambda", "Errors"]]}}]}
cloudwatch.Dashboard("board", dashboard_name="board", dashboard_body=json.dumps(body), opts=o)
cloudwatch.QueryDefinition("query", name="errors", query_string="fields @message", log_group_names=["one"], opts=o)

trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.Role("role", name="one", assume_role_policy=json.dumps(trust), opts=o)
code = pulumi.AssetArchive({"app.py": pulumi.StringAsset("def handler(event, context): return 1")})
function = lambda_.Function("one", name="one", role=role.arn, handler="app.handler", runtime="python3.13", code=code, publish=True, opts=o)
live = lambda_.Alias("live", name="live", function_name=function.name, function_version=function.version, opts=o)
lambda_.ProvisionedConcurrencyConfig(
    "ready", function_name=function.name, qualifier=live.name, provisioned_concurrent_executions=2 if later else 1, opts=o,
)
scaled = {"service_namespace": "lambda", "scalable_dimension": "lambda:function:ProvisionedConcurrency"}
target = appautoscaling.Target("target", resource_id="function:one:live", min_capacity=1, max_capacity=5, opts=o, **scaled)
appautoscaling.Policy(
    "busy", name="busy", policy_type="TargetTrackingScaling", resource_id=target.resource_id, opts=o, **scaled,
    target_tracking_scaling_policy_configuration={
        "target_value": 0.7, "predefined_metric_specification": {"predefined_metric_type": "LambdaProvisionedConcurrencyUtilization"}},
)
appautoscaling.ScheduledAction(
    "morning", name="morning", resource_id=target.resource_id, schedule="cron(0 7 * * ? *)", timezone="UTC",
    scalable_target_action={"min_capacity": 2}, opts=o, **scaled,
)

application = codedeploy.Application("app", name="one", compute_platform="Lambda", opts=o)
config = codedeploy.DeploymentConfig(
    "config", deployment_config_name="one-10-5", compute_platform="Lambda",
    traffic_routing_config={"type": "TimeBasedCanary", "time_based_canary": {"percentage": 10, "interval": 5}}, opts=o,
)
codedeploy.DeploymentGroup(
    "group", app_name=application.name, deployment_group_name="one", deployment_config_name=config.deployment_config_name, service_role_arn=role.arn,
    deployment_style={"deployment_type": "BLUE_GREEN", "deployment_option": "WITH_TRAFFIC_CONTROL"},
    alarm_configuration={"enabled": True, "alarms": [errors.name]}, opts=o,
)

flags = appconfig.Application("flags", name="flags", opts=o)
environment = appconfig.Environment(
    "environment", name="local", application_id=flags.id, monitors=[{"alarm_arn": errors.arn, "alarm_role_arn": role.arn}], opts=o,
)
schema = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"})
profile = appconfig.ConfigurationProfile(
    "profile", name="flags", application_id=flags.id, location_uri="hosted", validators=[{"type": "JSON_SCHEMA", "content": schema}], opts=o,
)
version = appconfig.HostedConfigurationVersion(
    "version", application_id=flags.id, configuration_profile_id=profile.configuration_profile_id, content=json.dumps({"on": later}),
    content_type="application/json", opts=o,
)
strategy = appconfig.DeploymentStrategy(
    "strategy", name="at-once", deployment_duration_in_minutes=0, final_bake_time_in_minutes=0, growth_factor=100, replicate_to="NONE", opts=o,
)
deployment = appconfig.Deployment(
    "deployment", application_id=flags.id, environment_id=environment.environment_id, configuration_profile_id=profile.configuration_profile_id,
    configuration_version=version.version_number.apply(lambda number: str(int(number))), deployment_strategy_id=strategy.id, opts=o,
)

vault = backup.Vault("vault", name="one", opts=o)
plan = backup.Plan("plan", name="one", rules=[{"rule_name": "daily", "target_vault_name": vault.name, "schedule": "cron(0 3 * * ? *)"}], opts=o)
backup.Selection("selection", name="all", plan_id=plan.id, iam_role_arn=role.arn, resources=["*"], opts=o)

monitor = costexplorer.AnomalyMonitor("monitor", name="one", monitor_type="DIMENSIONAL", monitor_dimension="SERVICE", opts=o)
costexplorer.AnomalySubscription(
    "told", name="one", frequency="DAILY", monitor_arn_lists=[monitor.arn], subscribers=[{"type": "EMAIL", "address": "a@example.com"}], opts=o,
)

def seen(name):
    return {"cloudwatch_metrics_enabled": True, "metric_name": name, "sampled_requests_enabled": True}

managed = {"managed_rule_group_statement": {"vendor_name": "AWS", "name": "AWSManagedRulesCommonRuleSet"}}
limit = {"rate_based_statement": {"limit": 2000 if later else 1000, "aggregate_key_type": "IP"}}
acl = wafv2.WebAcl(
    "acl", name="one", scope="REGIONAL", default_action={"allow": {}}, visibility_config=seen("one"), opts=o,
    rules=[
        {"name": "common", "priority": 1, "override_action": {"none": {}}, "statement": managed, "visibility_config": seen("common")},
        {"name": "rate", "priority": 2, "action": {"block": {}}, "statement": limit, "visibility_config": seen("rate")},
    ],
)
wafv2.WebAclAssociation("protected", web_acl_arn=acl.arn, resource_arn="arn:aws:apigateway:eu-west-1::/restapis/abc/stages/v1", opts=o)
wafv2.WebAclLoggingConfiguration(
    "logged", resource_arn=acl.arn, log_destination_configs=["arn:aws:logs:eu-west-1:000000000000:log-group:aws-waf-logs-one"], opts=o,
)

policy = cloudfront.CachePolicy(
    "cached", name="cached", opts=o, parameters_in_cache_key_and_forwarded_to_origin={
        "cookies_config": {"cookie_behavior": "none"}, "headers_config": {"header_behavior": "none"},
        "query_strings_config": {"query_string_behavior": "all"}},
)
edge = cloudfront.Distribution(
    "edge", enabled=True, comment="later" if later else "now", viewer_certificate={"cloudfront_default_certificate": True},
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    origins=[{"origin_id": "api", "domain_name": "api.example.com", "custom_origin_config": {
        "http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only", "origin_ssl_protocols": ["TLSv1.2"]}}],
    default_cache_behavior={
        "target_origin_id": "api", "allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"],
        "viewer_protocol_policy": "https-only", "cache_policy_id": policy.id},
    opts=o,
)
pulumi.export("number", deployment.deployment_number)
pulumi.export("domain", edge.domain_name)
pulumi.export("rules", acl.rules.apply(len))
'''
CHANGED, REPLACED = 4, 2
"""By LATER: alarm of alarms, provisioned concurrency, list and distribution; the version, and with it the deployment."""


def test_they_are_made_found_changed_and_gone(make_project, tmp_path):
    folder = tmp_path / "cloud"
    cloud, _ = clouds.start("000000000000", "eu-west-1", free_port(), folder)
    try:
        project = make_project(PROGRAM)
        project.env |= {"ENDPOINT": cloud.endpoint}
        for more in ((), ("--refresh", "--expect-no-changes")):
            done = project.call("up", "--yes", "--skip-preview", *more)
            assert done.returncode == 0, done.stdout + done.stderr
        project.env |= {"LATER": "1"}
        done = project.call("up", "--yes", "--skip-preview")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"~ {CHANGED} updated" in done.stdout and f"+-{REPLACED} replaced" in done.stdout, done.stdout
        assert "number: 1 => 2" in " ".join(done.stdout.split()), "a deployment of its own"
        done = project.call("destroy", "--yes", "--skip-preview")
        assert done.returncode == 0, done.stdout + done.stderr
        assert cloud.client("cloudwatch").describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])["MetricAlarms"] == []
    finally:
        clouds.stop(folder)
