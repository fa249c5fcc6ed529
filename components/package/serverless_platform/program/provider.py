"""The one AWS provider of a stack, which everything in it gets from its parents."""

import pulumi
from pulumi_aws import Provider, ProviderDefaultTagsArgs, ProviderEndpointArgs

from platform_contract.platform.settings import Settings

ENDPOINTS = (
    "apigatewayv2", "budgets", "cloudwatch", "cognitoidp", "dynamodb", "iam", "kms", "lambda_", "logs", "s3", "sns", "sqs",
    "sts", "xray",
)  # fmt: skip
"""Services of the platform, as the provider names them."""


def make_provider(settings: Settings, tags: dict[str, str]) -> Provider:
    """A provider for the account and region of `settings`, and for no other account: it refuses before anything is made."""
    embedded = {}
    if settings.endpoint_url:
        embedded = {
            "endpoints": [ProviderEndpointArgs(**dict.fromkeys(ENDPOINTS, settings.endpoint_url))],
            "access_key": "local", "secret_key": "local", "s3_use_path_style": True,
            "skip_credentials_validation": True, "skip_metadata_api_check": True, "skip_region_validation": True,
        }  # fmt: skip
    return Provider(
        "aws", region=settings.region, allowed_account_ids=[settings.account_id],
        default_tags=ProviderDefaultTagsArgs(tags=tags), opts=pulumi.ResourceOptions(), **embedded,
    )  # fmt: skip
