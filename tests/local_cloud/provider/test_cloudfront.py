"""Amazon CloudFront: what is refused of distributions and cache policies, and what reaches the service."""

from typing import Any

import pytest

from . import wire
from .cases_cloudfront import DISTRIBUTION, KEYED, POLICY, behavior, distribution, origin
from .refusing import assert_refused, each_of

pytestmark = pytest.mark.emulator
FINE = distribution("one")
CACHED = {"name": "cached", "parametersInCacheKeyAndForwardedToOrigin": KEYED}
FOREIGN = "arn:aws:acm:eu-west-1:000000000000:certificate/one"

REFUSED = [
    (DISTRIBUTION, FINE, {"defaultCacheBehavior": behavior("one", targetOriginId="apy")}, "defaultCacheBehavior.targetOriginId", "'apy' is no origin; here: api"),
    (DISTRIBUTION, FINE, {"defaultCacheBehavior": behavior("one", allowedMethods=["GET", "POST"])}, "defaultCacheBehavior.allowedMethods", "is one of GET, HEAD;"),
    (DISTRIBUTION, FINE, {"defaultCacheBehavior": behavior("one", cachedMethods=["GET"])}, "defaultCacheBehavior.cachedMethods", "is one of GET, HEAD;"),
    (DISTRIBUTION, FINE, {"defaultCacheBehavior": behavior("one", viewerProtocolPolicy="https")}, "defaultCacheBehavior.viewerProtocolPolicy", "must be one of allow-all"),
    (DISTRIBUTION, FINE, {"orderedCacheBehaviors": [behavior("one", pathPattern="/a", targetOriginId="b")]}, "orderedCacheBehaviors[0].targetOriginId", "is no origin"),
    (DISTRIBUTION, FINE, {"defaultCacheBehavior": {key: value for key, value in behavior("one").items() if key != "cachePolicyId"}}, "defaultCacheBehavior.cachePolicyId", "exactly one"),
    (DISTRIBUTION, FINE, {"origins": [origin(), origin()]}, "origins", "ids are unique; here: api, api"),
    (DISTRIBUTION, FINE, {"viewerCertificate": {"acmCertificateArn": FOREIGN}}, "viewerCertificate.acmCertificateArn", "certificates of us-east-1"),
    (DISTRIBUTION, FINE, {"aliases": ["api.example.com"]}, "aliases", "need a certificate of their own"),
    (DISTRIBUTION, FINE, {"priceClass": "PriceClass_50"}, "priceClass", "must be one of PriceClass_100"),
    (DISTRIBUTION, FINE, {"staging": True}, "staging", "the embedded cloud's provider does not send it"),
    (POLICY, CACHED, {"maxTtl": 60}, "defaultTtl", "minTtl=0 <= defaultTtl=86400 <= maxTtl=60 does not hold"),
    (POLICY, CACHED, {"parametersInCacheKeyAndForwardedToOrigin": {**KEYED, "cookiesConfig": {"cookieBehavior": "some"}}},
     "parametersInCacheKeyAndForwardedToOrigin.cookiesConfig.cookieBehavior", "must be one of all, allExcept, none, whitelist"),
]  # fmt: skip


@each_of(REFUSED)
def test_refused(provider: wire.Provider, token: str, fine: dict, change: dict, path: str, reason: str) -> None:
    assert_refused(provider, token, fine, change, path, reason)


def test_lists_are_counted_and_cached_methods_lie_in_the_allowed_ones(provider: wire.Provider, client: Any) -> None:
    policy = provider.make(POLICY, CACHED)
    id, state, _ = provider.make(
        DISTRIBUTION, distribution(policy[0], defaultCacheBehavior=behavior(policy[0], cachedMethods=["GET", "HEAD", "OPTIONS"]))
    )
    config = client("cloudfront").get_distribution(Id=id)["Distribution"]["DistributionConfig"]
    methods = config["DefaultCacheBehavior"]["AllowedMethods"]
    assert methods["Quantity"] == 7 and methods["CachedMethods"] == {"Quantity": 3, "Items": ["GET", "HEAD", "OPTIONS"]}
    (sent,) = config["Origins"]["Items"]
    assert sent["CustomHeaders"] == {"Quantity": 1, "Items": [{"HeaderName": "x-origin", "HeaderValue": "one"}]}
    assert sent["CustomOriginConfig"]["OriginSslProtocols"] == {"Quantity": 1, "Items": ["TLSv1.2"]}
    keyed = client("cloudfront").get_cache_policy(Id=policy[0])["CachePolicy"]["CachePolicyConfig"][
        "ParametersInCacheKeyAndForwardedToOrigin"
    ]
    assert keyed["HeadersConfig"]["Headers"] == {"Quantity": 1, "Items": ["Authorization"]}
    provider.delete(DISTRIBUTION, id, state)
    provider.delete(POLICY, policy[0], policy[1])
