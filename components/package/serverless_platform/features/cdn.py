"""The distribution before the HTTP API of one workload, with its firewall and what watches it."""

from urllib.parse import urlsplit

import pulumi
from pulumi_aws import cloudfront

from platform_contract.features.cdn import CdnPlan
from platform_contract.platform import cloudfront as standard

from ..iam.keys import make_key
from ..monitoring.alarm_topic import make_alarm_topic
from ..monitoring.alarms import make_alarms, make_math_alarm
from ..planned import Planned
from .context import Context
from .web_acl import make_web_acl

ORIGIN = "api"
"""Id of the one origin."""



class Cdn(pulumi.ComponentResource):
    """A distribution that takes no plain HTTP and no old TLS, keeps what the manifest names, and stands behind a list of rules of its own."""

    url: str
    """Address for callers, once the domain's record leads to the distribution."""
    distribution_id: pulumi.Output[str]
    """Id of the distribution."""
    domain_name: pulumi.Output[str]
    """Where the domain's record has to lead."""

    def __init__(self, name: str, made: Planned[CdnPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        self._plan = made.plan
        super().__init__("serverless-platform:index:Cdn", name, {"hostName": self._plan.host_name, "cached": sorted(self._plan.cached)}, opts)
        self._name, self._shared, self._given = name, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_key()
        self._make_firewall()
        self._make_policies()
        self._make_distribution()
        self._make_alarms()
        self.url, self.distribution_id, self.domain_name = f"https://{self._plan.host_name}", self._distribution.id, self._distribution.domain_name
        self.register_outputs({"url": self.url, "distribution_id": self.distribution_id, "domain_name": self.domain_name})

    def _make_key(self) -> None:
        self._key = make_key(self._name, self._plan.key, tags=self._shared.tags, region=self._plan.region, opts=self._child)

    def _make_firewall(self) -> None:
        self._acl, self._logging = make_web_acl(
            f"{self._name}-firewall", self._plan.acl, key_arn=self._key.arn, tags=self._shared.tags, opts=self._child
        )

    def _make_policies(self) -> None:
        """Who asks is no part of a key: what is cached is for everybody. What is not in the key does not reach the API either, so nobody can spoil it."""
        headers = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs(header_behavior="none")
        if self._plan.tells_origins:  # the answer says which page may read it
            headers = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs(
                header_behavior="whitelist", headers=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeadersArgs(items=["Origin"])
            )  # fmt: skip
        self._policies = {
            key: cloudfront.CachePolicy(
                f"{self._name}-{key}", name=policy.physical_name, min_ttl=0, default_ttl=policy.seconds, max_ttl=policy.seconds,
                parameters_in_cache_key_and_forwarded_to_origin=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs(
                    cookies_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs(cookie_behavior="none"),
                    headers_config=headers,
                    query_strings_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs(query_string_behavior="all"),
                    enable_accept_encoding_brotli=True, enable_accept_encoding_gzip=True,
                ),
                opts=self._child,
            )
            for key, policy in self._plan.cache_policies.items()
        }  # fmt: skip

    def _make_distribution(self) -> None:
        plan = self._plan
        host = pulumi.Output.from_input(self._given["endpoint"]).apply(lambda url: str(urlsplit(url).hostname or ""))
        self._distribution = cloudfront.Distribution(
            self._name, enabled=True, comment=plan.description, aliases=[plan.host_name], web_acl_id=self._acl.arn,
            http_version="http2and3", is_ipv6_enabled=True, price_class=plan.price_class,
            viewer_certificate=cloudfront.DistributionViewerCertificateArgs(
                acm_certificate_arn=plan.certificate_arn, minimum_protocol_version=plan.minimum_protocol, ssl_support_method="sni-only"
            ),
            origins=[cloudfront.DistributionOriginArgs(
                origin_id=ORIGIN, domain_name=host, custom_origin_config=cloudfront.DistributionOriginCustomOriginConfigArgs(
                    http_port=80, https_port=443, origin_protocol_policy="https-only", origin_ssl_protocols=["TLSv1.2"],
                    origin_read_timeout=plan.origin_read_seconds,
                ),
            )],
            default_cache_behavior=cloudfront.DistributionDefaultCacheBehaviorArgs(
                target_origin_id=ORIGIN, viewer_protocol_policy="https-only", allowed_methods=list(standard.ALL_METHODS),
                cached_methods=list(standard.CACHED_METHODS), cache_policy_id=standard.CACHING_DISABLED,
                origin_request_policy_id=standard.ALL_BUT_HOST, compress=True,
            ),
            ordered_cache_behaviors=[
                cloudfront.DistributionOrderedCacheBehaviorArgs(
                    path_pattern=pattern, target_origin_id=ORIGIN, viewer_protocol_policy="https-only", allowed_methods=list(standard.READING_METHODS),
                    cached_methods=list(standard.CACHED_METHODS), cache_policy_id=self._policies[policy].id,
                    origin_request_policy_id=standard.CORS_HEADERS if plan.tells_origins else None, compress=True,
                )
                for pattern, policy in plan.cached.items()
            ] or None,
            custom_error_responses=[
                cloudfront.DistributionCustomErrorResponseArgs(error_code=status, error_caching_min_ttl=0) for status in standard.ERRORS
            ],
            restrictions=cloudfront.DistributionRestrictionsArgs(
                geo_restriction=cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            # Refused requests leave a trace from the first one on.
            tags=self._shared.tags, opts=pulumi.ResourceOptions(parent=self, depends_on=[self._logging]),
        )  # fmt: skip

    def _make_alarms(self) -> None:
        plan, tags = self._plan, self._shared.tags
        topic = make_alarm_topic(
            f"{self._name}-alarms", topic_name=plan.topic_name, topic_policy=plan.topic_policy, key=self._key, receivers=plan.alarm_receivers,
            tags=tags, region=plan.region, opts=self._child,
        )  # fmt: skip
        make_alarms(
            self._name, plan.alarms, topic_arn=topic, tags=tags, opts=self._child, assigned={"DistributionId": self._distribution.id}
        )
        for alarm in plan.acl.alarms:
            make_math_alarm(f"{self._name}-firewall", alarm, topic_arn=topic, tags=tags, opts=self._child)


def make(context: Context, plan: CdnPlan, opts: pulumi.ResourceOptions) -> Cdn:
    """The distribution of one workload."""
    return Cdn(f"{context.name}-cdn", context.planned(plan, endpoint=context.apis[plan.api].endpoint), opts)
