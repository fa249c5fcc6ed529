"""CDN: Amazon CloudFront before the HTTP API of a workload that asks for it, with a firewall, which an HTTP API by itself cannot have.

Callers come by a name of the stack's domain. Nothing is cached but what the manifest names, which everybody may read; everything else is handed on whole.
The API's own address answers as before, so this is no wall around it: whoever knows that address comes past firewall and cache. Requests that are signed
(authorizer iam) have to: their signature is for the API's own name.

CloudFront keeps its metrics in us-east-1, and an alarm tells only topics beside it: so key, log, alarms and their topic are there, one set for a workload.
"""

from collections.abc import Mapping
from typing import TypeVar

from platform_contract.manifest import Manifest
from platform_contract.manifest.edge_checks import path_pattern
from platform_contract.plan.access import key_policy, topic_policy
from platform_contract.plan.foundation import deletion_window_days
from platform_contract.plan.model import KeyPlan, WorkloadPlan
from platform_contract.plan.web_acl import WebAclPlan, plan_web_acl
from platform_contract.platform import cloudfront, edge_names, kms, naming, waf
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold, over_an_hour
from platform_contract.platform.alarms import plan_rows
from platform_contract.platform.base import AlarmPlan, CachePolicyPlan, NamedAlarm, Plain
from platform_contract.platform.settings import Settings
from platform_contract.platform.usage import Use

FEATURE, KIND = "cdn", "distribution"

_ERRORS = AlarmStandard(
    "server-errors", "AWS/CloudFront", "5xxErrorRate", {"Region": "Global"}, Threshold(5), "GreaterThanThreshold", (0, 100),
    "more than 5 % of requests to the distribution are answered with 5xx, by the API or because it is not reached", "page", statistic="Average",
    assigned_dimensions=("DistributionId",),
)  # fmt: skip
ALARMS: Mapping[str, tuple[AlarmStandard, ...]] = {KIND: (
    _ERRORS,
    over_an_hour(_ERRORS, 50, "half of the requests to the distribution or more are answered with 5xx, again and again within an hour, however few there are"),
)}  # fmt: skip
"""Kind of what is watched -> its alarms. CloudFront's rates are percentages."""

ANSWER_KB = 1
"""Of an answer that CloudFront sends on."""
IDLE = (
    Use("web ACLs", "waf_acl"), Use("rules of web ACLs", "waf_rule", 1 + len(waf.GROUPS)), Use("keys at the edge", "kms_key"),
)  # fmt: skip
REQUESTS = {"http_api_request": (
    Use("requests to the distribution", "cdn_request"), Use("requests that the firewall looks at", "waf_request"),
    Use("answers of the distribution", "cdn_out", ANSWER_KB / 1_000_000),
)}  # fmt: skip
"""Price of a request to the API -> what each costs besides. What is answered from the cache costs no request to the API, which is not taken off."""


class CdnPlan(Plain):
    """The distribution of a workload."""

    api: str
    """API of the plan that it stands before."""
    host_name: str
    certificate_arn: str
    minimum_protocol: str
    description: str
    price_class: str
    origin_read_seconds: int
    cached: dict[str, str]
    """Pattern of paths -> cache policy of their answers; everything else is not cached."""
    cache_policies: dict[str, CachePolicyPlan]
    """By its seconds."""
    tells_origins: bool
    """Whether web pages of other origins may call: then answers are kept apart by origin."""
    acl: WebAclPlan
    key: KeyPlan
    """Of log and topic, in the region of CloudFront's metrics."""
    region: str
    """That region."""
    topic_name: str
    topic_policy: str
    alarm_receivers: tuple[str, ...]
    alarms: tuple[AlarmPlan, ...]


def plan_cdn(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> CdnPlan | None:
    """The distribution of a planned workload; None where it asks for none."""
    spec, given = manifest.http_api.cdn, settings.cdn
    if spec is None or given is None or not plan.apis:
        return None
    there = settings.model_copy(update={"region": cloudfront.GLOBAL_REGION})
    topic = edge_names.cdn_topic_name(settings, manifest.name)
    acl = plan_web_acl(
        settings, manifest, name=edge_names.cdn_web_acl_name(settings, manifest.name), scope=waf.GLOBAL, component=f"{FEATURE}-firewall", what="the distribution"
    )
    rows = (row for row in ALARMS[KIND] if settings.alarms in ("all", row.severity))
    alarms = plan_rows(manifest.scope(settings), KIND, FEATURE, rows, {})
    return CdnPlan(
        api=naming.API, host_name=edge_names.host_name(given.domain, manifest.name), certificate_arn=given.certificate_arn,
        minimum_protocol=cloudfront.MINIMUM_PROTOCOL, description=f"Stands before the HTTP API of {manifest.name}, {settings.environment}.",
        price_class=cloudfront.PRICE_CLASS, origin_read_seconds=cloudfront.ORIGIN_READ_SECONDS,
        cached={path_pattern(route): str(seconds) for route, seconds in spec.cached.items()},
        cache_policies={
            str(seconds): CachePolicyPlan(physical_name=edge_names.cache_policy_name(settings, manifest.name, seconds), seconds=seconds)
            for seconds in sorted(set(spec.cached.values()))
        },
        tells_origins=bool(manifest.http_api.allowed_origins),
        acl=acl.model_copy(update={"alarms": tuple(_moved(alarm, settings, there.region) for alarm in acl.alarms)}),
        key=KeyPlan(
            alias=edge_names.cdn_key_alias(settings, manifest.name), description=f"Encrypts what the distribution of {manifest.name} logs and tells.",
            policy=key_policy(there, (*kms.WORKLOAD_SERVICES, "cloudwatch"), manifest.data_class), deletion_window_days=deletion_window_days(settings),
        ),
        region=there.region, topic_name=topic, topic_policy=topic_policy(there, naming.topic_arn(there, topic), ("cloudwatch",)),
        alarm_receivers=tuple(settings.alarm_receivers),
        alarms=tuple(_moved(alarm, settings, there.region) for alarm in alarms),
    )  # fmt: skip


Alarm = TypeVar("Alarm", bound=NamedAlarm)


def _moved(alarm: Alarm, settings: Settings, region: str) -> Alarm:
    """In another region, where stacks of several regions may meet: its name carries that of the stack."""
    return alarm.model_copy(update={"region": region, "physical_name": f"{alarm.physical_name}-{settings.region}"})
