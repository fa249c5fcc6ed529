"""The provider's own arguments: checked, and made into a Cloud."""

import json
from typing import Any

from .check import Problem, problems
from .cloud import Cloud, Misconfigured, endpoints
from .entry import Resource
from .schema import provider_fields
from .wire import UNKNOWN

HARMLESS = frozenset({
    "accessKey", "secretKey", "token", "profile", "maxRetries", "retryMode", "s3UsePathStyle", "skipCredentialsValidation",
    "skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId", "region", "endpoints", "defaultTags",
    "allowedAccountIds", "forbiddenAccountIds", "version", "pluginDownloadURL",
})  # fmt: skip
"""Arguments that are used, or mean nothing to an embedded cloud. Another one would be ignored in silence: it is refused."""


def plain(inputs: dict[str, Any]) -> dict[str, Any]:
    """Arguments as values: the engine sends what is not text as JSON text."""
    result = {}
    for key, value in inputs.items():
        if key.startswith("__") or value is None:
            continue
        kind = provider_fields().inputs.get(key)
        if isinstance(value, str) and value and kind not in (None, "string"):
            try:
                value = json.loads(value)
            except ValueError:
                result[key] = value
                continue
        result[key] = value
    return result


def config_problems(inputs: dict[str, Any]) -> list[Problem]:
    values = plain(inputs)
    known = {key: value for key, value in values.items() if key not in ("version", "pluginDownloadURL")}
    found = problems(Resource("aws", "", named=""), provider_fields(), known)
    named = {each.property.split("[")[0].split(".")[0] for each in found}
    for key in known:
        if key not in HARMLESS and key not in named:
            found.append(Problem(key, f"{key}: this provider does not act on it, so it must not be set"))
    if not values.get("region"):
        found.append(Problem("region", "missing required property 'region'"))
    if not found and UNKNOWN not in values.values():
        try:
            endpoints(values.get("endpoints"))
        except Misconfigured as wrong:
            found.append(Problem("endpoints", str(wrong)))
    return found


def cloud_of(inputs: dict[str, Any]) -> Cloud:
    """The cloud that the arguments describe; online, after asking which account it is. Raises Misconfigured."""
    values = plain(inputs)
    cloud = Cloud(region=values.get("region") or "")
    if not cloud.region:
        raise Misconfigured("region is missing: which region is this provider for?")
    cloud.partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(cloud.region.rsplit("-", 2)[0], "aws")
    cloud.urls = endpoints(values.get("endpoints"))
    tags = (values.get("defaultTags") or {}).get("tags") or {}
    cloud.default_tags = {key: value for key, value in tags.items() if value is not UNKNOWN}
    allowed, forbidden = values.get("allowedAccountIds") or [], values.get("forbiddenAccountIds") or []
    if cloud.offline:
        cloud.account = allowed[0] if allowed else "123456789012"  # the account of AWS's own examples
        return cloud
    if not cloud.urls:
        raise Misconfigured(
            "endpoints is missing: this provider only speaks to an embedded cloud on this machine, such as "
            "http://127.0.0.1:4566; for a real account use the official provider: make up STACK=dev"
        )
    cloud.check_account(list(allowed), list(forbidden))
    return cloud
