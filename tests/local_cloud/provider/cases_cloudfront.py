"""Cases of Amazon CloudFront; see `cases`."""

from typing import Any

from .cases import Case, Inputs, Made

DISTRIBUTION, POLICY = "aws:cloudfront/distribution:Distribution", "aws:cloudfront/cachePolicy:CachePolicy"
KEYED = {
    "cookiesConfig": {"cookieBehavior": "none"}, "headersConfig": {"headerBehavior": "whitelist", "headers": {"items": ["Authorization"]}},
    "queryStringsConfig": {"queryStringBehavior": "all"}, "enableAcceptEncodingGzip": True, "enableAcceptEncodingBrotli": False,
}  # fmt: skip
need_policy = (
    "policy",
    POLICY,
    lambda made: {
        "name": "needed",
        "minTtl": 1,
        "defaultTtl": 60,
        "maxTtl": 60,
        "parametersInCacheKeyAndForwardedToOrigin": KEYED,
    },
)


def behavior(policy: str, **settings: Any) -> Inputs:
    return {"targetOriginId": "api", "allowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"], "cachedMethods": ["GET", "HEAD"],
            "viewerProtocolPolicy": "https-only", "cachePolicyId": policy, "compress": True, **settings}  # fmt: skip


def origin(domain: str = "abc.execute-api.eu-west-1.amazonaws.com") -> Inputs:
    custom = {"httpPort": 80, "httpsPort": 443, "originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]}
    return {
        "originId": "api",
        "domainName": domain,
        "customOriginConfig": custom,
        "customHeaders": [{"name": "x-origin", "value": "one"}],
    }


def distribution(policy: str, **settings: Any) -> Inputs:
    return {
        "enabled": True, "comment": "one", "origins": [origin()], "defaultCacheBehavior": behavior(policy), "restrictions": {"geoRestriction": {"restrictionType": "none"}},
        "viewerCertificate": {"cloudfrontDefaultCertificate": True}, "priceClass": "PriceClass_100", **settings,
    }  # fmt: skip


def ordered(made: Made) -> list[Inputs]:
    policy = made["policy"]["id"]
    return [behavior(policy, pathPattern=f"/{path}/*", allowedMethods=["GET", "HEAD"]) for path in ("static", "public")]


CASES = [
    Case(DISTRIBUTION, lambda made: distribution(made["policy"]["id"], tags={"a": "1"}), needs=(need_policy,),
         changed=lambda made: {"comment": "two", "orderedCacheBehaviors": ordered(made), "restrictions": {"geoRestriction": {"restrictionType": "whitelist", "locations": ["NL", "DE"]}},
                               "customErrorResponses": [{"errorCode": 503, "errorCachingMinTtl": 0}], "tags": {"b": "2"}},
         outputs=("arn", "domainName", "etag", "hostedZoneId", "status"), not_imported=frozenset({"waitForDeployment"})),
    Case(POLICY, lambda made: {"name": "by-caller", "comment": "one", "minTtl": 1, "defaultTtl": 60, "maxTtl": 300, "parametersInCacheKeyAndForwardedToOrigin": KEYED},
         changed={"defaultTtl": 120, "parametersInCacheKeyAndForwardedToOrigin": {**KEYED, "headersConfig": {"headerBehavior": "none"}}}, outputs=("arn", "etag")),
]  # fmt: skip
