"""The small project that an administrator runs once per account."""

import json
import runpy

from platform_contract.settings import load_settings
from platform_contract.standards.boundary import boundary_document
from tests.program.graph import ROOT, Graph, run, stack_config


def bootstrap(**config: str) -> Graph:
    settings = {f"serverless-platform:{key}": value for key, value in config.items()}
    return run(lambda: runpy.run_path(str(ROOT / "bootstrap" / "__main__.py"), run_name="__main__") and None, config=settings)


def test_it_makes_the_boundary_that_roles_name():
    graph = bootstrap(account_id="111111111111", region="eu-west-1", environment="dev")
    policy = graph.one("iam/policy", "boundary")
    assert json.loads(policy.inputs["policy"]) == boundary_document("111111111111", "eu-west-1", "dev")
    settings = load_settings(
        {key: value for key, value in stack_config("dev").items() if key.startswith("serverless-platform:")}, "Pulumi.dev.yaml"
    )
    assert settings.boundary_arn.endswith(f":policy/{policy.inputs['name']}")
    assert policy.protect


def test_arns_of_the_boundary_are_of_the_partition_of_the_region():
    graph = bootstrap(account_id="111111111111", region="us-gov-west-1", environment="dev")
    policy = graph.one("iam/policy", "boundary").inputs["policy"]
    assert "arn:aws-us-gov:dynamodb:us-gov-west-1:111111111111:table/dev-*" in policy
    assert "arn:aws:" not in policy


def test_it_makes_nothing_in_another_account():
    graph = bootstrap(account_id="111111111111", region="eu-west-1", environment="dev")
    assert json.loads(graph.one("aws", "aws").inputs["allowedAccountIds"]) == ["111111111111"]


def test_it_lets_api_gateway_write_access_logs():
    graph = bootstrap(account_id="111111111111", region="eu-west-1", environment="dev")
    account, role = graph.one("apigateway/account", "api-logs"), graph.one("iam/role", "api-logs")
    attachment = graph.one("iam/rolePolicyAttachment", "api-logs")
    assert account.inputs["cloudwatchRoleArn"] == role.outputs["arn"]
    assert graph.comes_after(account, attachment), "API Gateway tries the role"
    assert attachment.inputs["policyArn"].endswith("AmazonAPIGatewayPushToCloudWatchLogs")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
