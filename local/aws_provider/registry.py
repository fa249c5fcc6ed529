"""All resource types: those of the service modules' tables, and those that the emulator lacks."""

from functools import cache
from importlib import import_module

from . import data
from .entry import Resource

MODULES = (
    "apigateway",
    "apigateway_stages",
    "apigatewayv2",
    "appautoscaling",
    "appconfig",
    "appsync",
    "athena",
    "backup",
    "budgets",
    "cloudfront",
    "cloudwatch",
    "codedeploy",
    "cognito",
    "composite_alarms",
    "costexplorer",
    "dashboards",
    "dynamodb",
    "events",
    "glue",
    "iam",
    "kinesis",
    "kms",
    "lambda_",
    "lambda_async",
    "lambda_provisioned",
    "logs",
    "s3",
    "s3_notification",
    "scheduler",
    "schemas",
    "secretsmanager",
    "sfn",
    "sns",
    "sqs",
    "ssm",
    "wafv2",
    "xray",
)


@cache
def table() -> dict[str, Resource]:
    """Type -> its entry. The modules are tables: none of them imports botocore."""
    found: dict[str, Resource] = {}
    for module in MODULES:
        for entry in import_module(f".services.{module}", __package__).RESOURCES:
            if entry.token in found:
                raise ValueError(f"{entry.token} is in two tables")
            found[entry.token] = entry
    for token in data.not_emulated():
        found.setdefault(token, Resource(token, service=""))
    return found


def entries() -> list[Resource]:
    """The entries of types that the emulator has."""
    return [entry for token, entry in table().items() if token not in data.not_emulated()]


def all_types() -> list[str]:
    return sorted(table())


def find(token: str) -> Resource | None:
    return table().get(token)
