"""The small projects that an administrator runs: once per account and region, and once per environment."""

import json
import runpy

from platform_contract.platform import apigateway
from platform_contract.platform.boundary import boundary_document
from platform_contract.platform.settings import load_settings
from tests.program.graph import ROOT, Graph, run, stack_config
from tests.program.stacks import graph_of

ACCOUNT = {"account_id": "111111111111", "region": "eu-west-1"}


def bootstrap(project: str, **config: str) -> Graph:
    settings = {f"serverless-platform:{key}": value for key, value in config.items()}
    program = str(ROOT / "bootstrap" / project / "__main__.py")
    return run(lambda: runpy.run_path(program, run_name="__main__") and None, config=settings)


def test_it_makes_the_boundary_that_roles_name():
    policy = bootstrap("environment", **ACCOUNT, environment="dev").one("iam/policy", "boundary")
    assert json.loads(policy.inputs["policy"]) == boundary_document("111111111111", "eu-west-1", "dev")
    settings = load_settings(
        {key: value for key, value in stack_config("dev").items() if key.startswith("serverless-platform:")}, "Pulumi.dev.yaml"
    )
    assert settings.boundary_arn.endswith(f":policy/{policy.inputs['name']}")


def test_it_makes_the_role_with_which_codedeploy_releases():
    """The one that deployment groups name; CodeDeploy alone may take it, and it reaches the functions of one environment."""
    graph = bootstrap("environment", **ACCOUNT, environment="dev")
    role = graph.one("iam/role", "releases")
    [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "codedeploy.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    policy = json.loads(graph.one("iam/rolePolicy", "releases").inputs["policy"])
    functions = ["arn:aws:lambda:eu-west-1:111111111111:function:dev-*", "arn:aws:lambda:eu-west-1:111111111111:function:dev-*:live"]
    assert {action: each["Resource"] for each in policy["Statement"] for action in each["Action"]} == {
        "cloudwatch:DescribeAlarms": "*",
        "lambda:GetAlias": functions, "lambda:UpdateAlias": functions, "lambda:GetProvisionedConcurrencyConfig": functions,
        "lambda:InvokeFunction": "arn:aws:lambda:eu-west-1:111111111111:function:dev-*-release-checks",
    }  # fmt: skip
    released = graph_of("dev").one("codedeploy/deploymentGroup", "orders-rollout-api")
    assert released.inputs["serviceRoleArn"] == f"arn:aws:iam::111111111111:role/{role.inputs['name']}"


def test_environments_share_an_account():
    """What each of them makes has a name of its own; what there is once is not made by either."""
    made = [bootstrap("environment", **ACCOUNT, environment=environment) for environment in ("dev", "staging")]
    dev, staging = ({(node.kind, node.inputs["name"]) for node in graph.nodes if node.custom and node.kind != "aws"} for graph in made)
    assert dev == {
        ("iam/policy", "serverless-platform-boundary-dev-eu-west-1"), ("iam/role", "serverless-platform-codedeploy-dev-eu-west-1"),
        ("iam/rolePolicy", "release"),
    }  # fmt: skip
    assert not dev & staging - {("iam/rolePolicy", "release")}  # of two roles
    elsewhere = bootstrap("environment", account_id="111111111111", region="eu-central-1", environment="dev")
    assert elsewhere.one("iam/policy", "boundary").inputs["name"] == "serverless-platform-boundary-dev-eu-central-1"


def test_all_of_it_is_protected():
    for graph in (bootstrap("account", **ACCOUNT), bootstrap("environment", **ACCOUNT, environment="dev")):
        made = [node for node in graph.nodes if node.kind != "aws"]
        assert made and all(node.protect for node in made)


def test_arns_of_the_boundary_are_of_the_partition_of_the_region():
    graph = bootstrap("environment", account_id="111111111111", region="us-gov-west-1", environment="dev")
    policy = graph.one("iam/policy", "boundary").inputs["policy"]
    assert "arn:aws-us-gov:dynamodb:us-gov-west-1:111111111111:table/dev-*" in policy
    assert "arn:aws:" not in policy


def test_it_makes_nothing_in_another_account():
    for graph in (bootstrap("account", **ACCOUNT), bootstrap("environment", **ACCOUNT, environment="dev")):
        assert json.loads(graph.one("aws", "aws").inputs["allowedAccountIds"]) == ["111111111111"]
        assert all("::aws::" in node.provider for node in graph.nodes if node.kind != "aws")


def test_it_lets_api_gateway_write_access_logs():
    graph = bootstrap("account", **ACCOUNT)
    account, role = graph.one("apigateway/account", "api-logs"), graph.one("iam/role", "api-logs")
    attachment = graph.one("iam/rolePolicyAttachment", "api-logs")
    assert account.inputs["cloudwatchRoleArn"] == role.outputs["arn"]
    assert graph.comes_after(account, attachment), "API Gateway tries the role"
    assert attachment.inputs["policyArn"].endswith("AmazonAPIGatewayPushToCloudWatchLogs")


def test_api_gateway_takes_the_log_role_without_conditions():
    """Its guide documents none ("Set up CloudWatch logging for REST APIs"), and a role that it cannot take is refused."""
    role = bootstrap("account", **ACCOUNT).one("iam/role", "api-logs")
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]


def test_the_readme_names_what_deploying_needs_for_access_logs():
    told = (ROOT / "README.md").read_text()
    assert [action for action in apigateway.LOG_DEPLOY_ACTIONS if f"`{action}`" not in told] == []


def test_a_monitor_of_costs_is_made_where_it_is_asked_for():
    """AWS refuses a second one of services, and those of any other kind outside of the management account."""
    assert bootstrap("account", **ACCOUNT).all("costexplorer/anomalyMonitor") == []
    graph = bootstrap("account", **ACCOUNT, make_cost_monitor="true")
    [monitor] = graph.all("costexplorer/anomalyMonitor")
    assert (monitor.inputs["monitorType"], monitor.inputs["monitorDimension"]) == ("DIMENSIONAL", "SERVICE")
    assert monitor.protect and "monitorSpecification" not in monitor.inputs
