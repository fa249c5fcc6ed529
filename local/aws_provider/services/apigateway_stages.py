"""Amazon API Gateway, version 1: stages of REST APIs, usage plans, API keys, and the account's settings."""

from collections.abc import Callable
from typing import Any

from ..calls import Work
from ..convert import to_text
from ..entry import Call, Refusal, Resource, State, Tagging
from .apigateway import OF_API, child
from .common import fixed, range_of, refused
from .patches import patch

# The emulator keeps no tags that come with a creation, except those of an API: they are added after it.
TAGS = Tagging(
    "", "tag_resource", "untag_resource", "get_tags", {"resourceArn": "arn"}, member="tags", keys="tagKeys", answer="tags"
)
SETTINGS = {
    "metricsEnabled": "metrics/enabled", "loggingLevel": "logging/loglevel", "dataTraceEnabled": "logging/dataTrace",
    "throttlingBurstLimit": "throttling/burstLimit", "throttlingRateLimit": "throttling/rateLimit",
    "cachingEnabled": "caching/enabled", "cacheTtlInSeconds": "caching/ttlInSeconds", "cacheDataEncrypted": "caching/dataEncrypted",
    "requireAuthorizationForCacheControl": "caching/requireAuthorizationForCacheControl",
    "unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
}  # fmt: skip
"""Property -> its path in a patch of a stage, after the path of the method."""
PERIODS = {"DAY": 1, "WEEK": 7, "MONTH": 28}
"""Period of a quota -> days in it; `offset` is below that."""
NUMBERS = {"burstLimit": int, "rateLimit": float}
ACCOUNT_ID = "api-gateway-account"
STAGE_ARN = "arn:{partition}:apigateway:{region}::/restapis/{restApi}/stages/{stageName}"
KEY_ARN = "arn:{partition}:apigateway:{region}::/apikeys/{id}"
PLAN_ARN = "arn:{partition}:apigateway:{region}::/usageplans/{id}"


def _with_arn(operation: str, arn: str, of: str, **more: Any) -> Callable[[Work], State | None]:
    def read(work: Work) -> State | None:
        answer = work.call(operation, **{of: work.state["id"]}, **more)
        answer.pop("tags", None)  # those of the creation; GetTags has those of today
        found = work.properties(Call(operation), answer)
        return found and {**found, "arn": work.format(arn)}

    return read


def _read_stage(work: Work) -> State | None:
    answer = work.call("get_stage", restApiId=work.state["restApi"], stageName=work.state["stageName"])
    answer.pop("tags", None)
    found = work.properties(Call("get_stage"), {key: value for key, value in answer.items() if value not in ({}, "")})
    return found and {**found, "arn": work.format(STAGE_ARN)}


def _put_settings(work: Work) -> None:
    wanted, before = work.state["settings"], (work.old or {}).get("settings") or {}
    changes = []
    for name, path in SETTINGS.items():
        where = f"/{work.state['methodPath']}/{path}"
        if wanted.get(name) is not None:
            changes.append({"op": "replace", "path": where, "value": to_text(wanted[name])})
        elif name in before:
            changes.append({"op": "remove", "path": where})
    _patch_stage(work, changes)


def _patch_stage(work: Work, changes: list[dict[str, str]]) -> None:
    work.call("update_stage", restApiId=work.state["restApi"], stageName=work.state["stageName"], patchOperations=changes)


def _read_settings(work: Work) -> State | None:
    stage = work.call("get_stage", restApiId=work.state["restApi"], stageName=work.state["stageName"])
    # AWS answers with the key as it was given, `~1quotes~1{quote_id}/GET`; the emulator with the path in clear.
    found = (stage.get("methodSettings") or {}).get(work.state["methodPath"].replace("~1", "/"))
    return None if found is None else {"settings": {name: found[name] for name in SETTINGS if name in found}}


def _delete_settings(work: Work) -> None:
    _patch_stage(work, [{"op": "remove", "path": f"/{work.state['methodPath']}"}])


def _stages(work: Work) -> list[dict[str, Any]] | None:
    """Stages of a usage plan. Limits of single methods are a list in Pulumi, and a map by their path in the API."""
    made = []
    for each in work.state.get("apiStages", []):
        limits = {
            limit["path"]: {key: NUMBERS[key](limit[key]) for key in NUMBERS if limit.get(key) is not None}
            for limit in each.get("throttles", [])
        }
        made.append({"apiId": each["apiId"], "stage": each["stage"], **({"throttle": limits} if limits else {})})
    return made or None


_seen_plan = _with_arn("get_usage_plan", PLAN_ARN, "usagePlanId")


def _read_plan(work: Work) -> State | None:
    found = _seen_plan(work)
    if found is None:
        return None
    found["apiStages"] = []
    for each in work.call("get_usage_plan", usagePlanId=work.state["id"]).get("apiStages") or []:
        limits = [
            {"path": path, **{key: float(value) for key, value in limit.items()}}
            for path, limit in (each.get("throttle") or {}).items()
        ]
        found["apiStages"].append({"apiId": each["apiId"], "stage": each["stage"], **({"throttles": limits} if limits else {})})
    return {key: value for key, value in found.items() if value not in ({}, [])}


def _quota_offset(inputs: State) -> list[tuple[str, str]]:
    """API reference, QuotaSettings: the offset counts requests off the first period, and is below its days."""
    quota = inputs.get("quotaSettings")
    if not isinstance(quota, dict) or quota.get("period") not in PERIODS:
        return []
    days, offset = PERIODS[quota["period"]], quota.get("offset")
    if isinstance(offset, (int, float)) and not 0 <= offset < days:
        told = f"quotaSettings.offset={to_text(offset)}: must be 0 to {days - 1} with period {quota['period']}"
        return [("quotaSettings.offset", told)]
    return []


def _role(work: Work) -> State:
    role = work.state.get("cloudwatchRoleArn") or ""
    work.call("update_account", patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}])
    return {"id": ACCOUNT_ID}


def _read_account(work: Work) -> State | None:
    answer = work.call("get_account")
    if work.state.get("cloudwatchRoleArn") and not answer.get("cloudwatchRoleArn"):
        return None  # the settings of an account always exist: without its role the resource is gone
    limits = answer.pop("throttleSettings", None)
    found = work.properties(Call("get_account"), answer) or {}
    return {**found, "throttleSettings": [limits] if limits else []}


def _no_role(work: Work) -> None:
    work.call("update_account", patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}])


RESOURCES = [
    Resource(
        "aws:apigateway/stage:Stage", "apigateway", id="ags-{restApi}-{stageName}", identify=child("stageName"), tags=TAGS,
        api={**OF_API, "deploymentId": "deployment", "tracingEnabled": "xrayTracingEnabled", "tags": ""},
        known={"arn": STAGE_ARN, "executionArn": "arn:{partition}:execute-api:{region}:{account}:{restApi}/{stageName}",
               "invokeUrl": "https://{restApi}.execute-api.{region}.amazonaws.com/{stageName}"},
        create=Call("create_stage", {"tags": lambda work: None}), read=_read_stage, delete=(Call("delete_stage"),),
        steps=(patch("update_stage", {"accessLogSettings": ("/accessLogSettings", {"destinationArn": "destinationArn", "format": "format"})}, restApiId="restApi", stageName="stageName"),),
        update=(
            patch("update_stage", {"deployment": "/deploymentId", "description": "/description", "variables": "/variables/*", "xrayTracingEnabled": "/tracingEnabled",
                                   "cacheClusterEnabled": "/cacheClusterEnabled", "cacheClusterSize": "/cacheClusterSize", "documentationVersion": "/documentationVersion"}, restApiId="restApi", stageName="stageName"),
        ),
        checks=(refused({"canarySettings": "the emulator has no canary of a stage", "clientCertificateId": "the emulator has no client certificates"}),),
        limits={"stageName": {"pattern": r"[A-Za-z0-9_-]{1,128}"}}, assigned=frozenset({"cacheClusterSize"}),
        aws_refuses=(
            Refusal("apigateway-stage-after-its-deployment", "The deployment has to exist.", needs="apigateway/deployment of deployment"),
            Refusal("apigateway-stage-logs-need-the-accounts-role", "'CloudWatch Logs role ARN must be set in account settings to enable logging': one role for all APIs of an account and region."),
            Refusal("apigateway-stage-logs-after-their-group", "The log group of accessLogSettings has to exist.", needs="cloudwatch/logGroup of accessLogSettings"),
            Refusal("apigateway-stage-writes-and-traces", "AWS writes access logs, caches and traces by the stage's settings; the emulator keeps the settings and does none of it."),
        ),
    ),
    Resource(
        "aws:apigateway/methodSettings:MethodSettings", "apigateway", id="{restApi}-{stageName}-{methodPath}", identify=child("stageName", "methodPath"),
        create=_put_settings, update=(_put_settings,), read=_read_settings, delete=(_delete_settings,),
        limits={
            # "Invalid method setting path": slashes of the resource's path are ~1, the first one too (API reference, UpdateStage).
            "methodPath": {"pattern": r"\*/\*|[^/]+/(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|\*)"}, "settings.loggingLevel": {"enum": ["ERROR", "INFO", "OFF"]},
            "settings.cacheTtlInSeconds": range_of(0, 3_600),  # developer guide, "Cache settings for REST APIs"
            "settings.throttlingRateLimit": {"min": -1}, "settings.throttlingBurstLimit": {"min": -1},
            "settings.unauthorizedCacheControlHeaderStrategy": {"enum": ["FAIL_WITH_403", "SUCCEED_WITHOUT_RESPONSE_HEADER", "SUCCEED_WITH_RESPONSE_HEADER"]},
        },
        aws_refuses=(
            Refusal("apigateway-settings-after-their-stage", "The stage has to exist, and a single method has to be deployed in it.", needs="apigateway/stage of stageName"),
            Refusal("apigateway-settings-of-all-overwrite", "Settings of */* are for all methods, those of a single one before them included: the single one comes after. The emulator keeps both."),
            Refusal("apigateway-settings-logs-need-the-accounts-role", "Execution logs (loggingLevel above OFF) need the CloudWatch role of the account."),
            Refusal("apigateway-caching-needs-a-cluster", "cachingEnabled does nothing without the stage's cache cluster, which takes minutes to make; the emulator has no cache."),
        ),
    ),
    Resource(
        "aws:apigateway/usagePlan:UsagePlan", "apigateway", named="name", name_limit=128, tags=TAGS, fakes={"id": "hex:6"}, known={"arn": PLAN_ARN},
        api={"usagePlanId": "id", "throttle": "throttleSettings", "quota": "quotaSettings", "tags": "", "apiStages": ""},
        create=Call("create_usage_plan", {"apiStages": _stages, "tags": lambda work: None}), read=_read_plan, delete=(Call("delete_usage_plan"),),
        update=(
            fixed(_read_plan, "apiStages"),
            patch("update_usage_plan", {"name": "/name", "description": "/description", "throttleSettings": ("/throttle", {"burstLimit": "burstLimit", "rateLimit": "rateLimit"}),
                                        "quotaSettings": ("/quota", {"limit": "limit", "offset": "offset", "period": "period"})}, usagePlanId="id"),
        ),
        checks=(_quota_offset, refused({"productCode": "it is for AWS Marketplace"})),
        limits={"quotaSettings.limit": {"min": 1}, "quotaSettings.period": {"enum": ["DAY", "MONTH", "WEEK"]}, "throttleSettings.rateLimit": {"min": 0}, "throttleSettings.burstLimit": {"min": 0}},
        aws_refuses=(
            Refusal("apigateway-plan-after-its-stages", "'API Stage not found': the stages have to exist.", needs="apigateway/stage of apiStages"),
            Refusal("apigateway-plan-is-best-effort", "Throttling and quotas are targets, not guarantees, and a quota counts from the calendar's day; the emulator counts exactly, from the first request."),
        ),
    ),
    Resource(
        "aws:apigateway/usagePlanKey:UsagePlanKey", "apigateway", id="{keyId}", identify=lambda id: dict(zip(("usagePlanId", "keyId"), id.split("/", 1), strict=False)), api={"type": "keyType", "id": ""},
        create=Call("create_usage_plan_key"), read=Call("get_usage_plan_key"), delete=(Call("delete_usage_plan_key"),), limits={"keyType": {"enum": ["API_KEY"]}},
        aws_refuses=(
            Refusal("apigateway-plan-key-after-its-key", "The key has to exist.", needs="apigateway/apiKey of keyId"),
            Refusal("apigateway-plan-key-after-its-plan", "The usage plan has to exist.", needs="apigateway/usagePlan of usagePlanId"),
            Refusal("apigateway-key-in-one-plan-of-a-stage", "A key is in one usage plan only of those that name the same stage."),
        ),
    ),
    Resource(
        "aws:apigateway/apiKey:ApiKey", "apigateway", named="name", name_limit=128, tags=TAGS, fakes={"id": "hex:10", "value": "{hex}{hex}{hex}{hex}", "createdDate": "2026-01-01T00:00:00Z", "lastUpdatedDate": "2026-01-01T00:00:00Z"},
        known={"arn": KEY_ARN}, api={"apiKey": "id", "tags": ""}, create=Call("create_api_key", {"tags": lambda work: None}), read=_with_arn("get_api_key", KEY_ARN, "apiKey", includeValue=True),
        delete=(Call("delete_api_key"),), update=(patch("update_api_key", {"name": "/name", "description": "/description", "enabled": "/enabled", "customerId": "/customerId"}, apiKey="id"),),
        recomputed={"lastUpdatedDate": ("name", "description", "enabled", "customerId")}, assigned=frozenset({"value"}),
        limits={"value": {"minLength": 20, "maxLength": 128}},  # developer guide, "API Gateway API key file format"
        aws_refuses=(
            Refusal("apigateway-key-value-once", "The value of a key is unique in a region, whatever account has it: 'API Key already exists'."),
        ),
    ),
    Resource(
        "aws:apigateway/account:Account", "apigateway", id=ACCOUNT_ID, identify=lambda id: {"id": ACCOUNT_ID}, create=_role, update=(_role,), read=_read_account, delete=(_no_role,),
        fakes={"apiKeyVersion": "4"},
        aws_refuses=(
            Refusal("apigateway-account-role-writes-logs", "'The role ARN does not have required permissions configured': API Gateway tries the role, which needs AmazonAPIGatewayPushToCloudWatchLogs."),
            Refusal("apigateway-account-is-shared", "The setting is one for an account and region: two stacks in one account overwrite each other's, and the last one to be destroyed takes it away."),
        ),
    ),
]  # fmt: skip
