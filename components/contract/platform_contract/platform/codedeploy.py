"""CodeDeploy: the role that it takes to release functions. Source of the actions: AWS managed policy AWSCodeDeployRoleForLambdaLimited, without
S3, because revisions are given inline, and for functions and hooks of one environment only."""

from typing import Any

MAXIMUM_ALARMS = 10
"""Of a deployment group. Source: CodeDeploy guide, quotas."""


def service_role_name(environment: str, region: str) -> str:
    """One role for each environment, made by `bootstrap/environment`: it moves aliases, which the permissions boundary denies to every role of a
    workload. IAM is global, so the name carries the region."""
    return f"serverless-platform-codedeploy-{environment}-{region}"


def service_policy(account_id: str, region: str, environment: str, partition: str = "aws") -> dict[str, Any]:
    """What CodeDeploy does while it releases: look at alarms, move aliases, ask the function that checks new versions."""
    function = f"arn:{partition}:lambda:{region}:{account_id}:function:{environment}-*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Watch", "Effect": "Allow", "Action": ["cloudwatch:DescribeAlarms"], "Resource": "*"},
            {"Sid": "Move", "Effect": "Allow", "Action": ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
             "Resource": [function, f"{function}:live"]},
            {"Sid": "Ask", "Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": f"{function}-release-checks"},
        ],
    }  # fmt: skip
