"""AWS WAF: which rules stand before every API, what they count, where they log.

Sources: WAF developer guide, "AWS Managed Rules rule groups list", "Rate-based rule statement settings", "Logging destinations", "AWS WAF metrics and
dimensions"; WAF API reference. AWS changes the rules in its groups; the names here are those that the guide had in 2026-11.
"""

from dataclasses import dataclass

VENDOR = "AWS"
REGIONAL, GLOBAL = "REGIONAL", "CLOUDFRONT"
"""Scopes of a list: stages of REST APIs and GraphQL APIs of its region, or distributions."""
GLOBAL_REGION = "us-east-1"
"""Where a list for distributions is made, with its log and its metrics, whatever region the rest is in."""


@dataclass(frozen=True)
class ManagedGroup:
    """A group of rules that AWS keeps."""

    group: str
    """Its name in WAF."""
    capacity: int
    """Units of the 1,500 that a list holds without a surcharge."""
    rules: tuple[str, ...]
    """What may be overridden in it. WAF passes over a name that is none of them without a word."""


def _at(rule: str, *places: str) -> tuple[str, ...]:
    return tuple(f"{rule}_{place}" for place in places)


GROUPS: dict[str, ManagedGroup] = {
    "ip-reputation": ManagedGroup(
        "AWSManagedRulesAmazonIpReputationList", 25, ("AWSManagedIPReputationList", "AWSManagedReconnaissanceList", "AWSManagedIPDDoSList")
    ),
    "known-bad-inputs": ManagedGroup(
        "AWSManagedRulesKnownBadInputsRuleSet", 200, (
            *_at("JavaDeserializationRCE", "HEADER", "BODY", "URIPATH", "QUERYSTRING"), "Host_localhost_HEADER", "PROPFIND_METHOD",
            "ExploitablePaths_URIPATH", *_at("Log4JRCE", "HEADER", "QUERYSTRING", "BODY", "URIPATH"),
        )
    ),
    "common": ManagedGroup(
        "AWSManagedRulesCommonRuleSet", 700, (
            "NoUserAgent_HEADER", "UserAgent_BadBots_HEADER", *_at("SizeRestrictions", "QUERYSTRING", "Cookie_HEADER", "BODY", "URIPATH"),
            *_at("EC2MetaDataSSRF", "BODY", "COOKIE", "URIPATH", "QUERYARGUMENTS"), *_at("GenericLFI", "QUERYARGUMENTS", "URIPATH", "BODY"),
            *_at("RestrictedExtensions", "URIPATH", "QUERYARGUMENTS"), *_at("GenericRFI", "QUERYARGUMENTS", "BODY", "URIPATH"),
            *_at("CrossSiteScripting", "COOKIE", "QUERYARGUMENTS", "BODY", "URIPATH"),
        )
    ),
}  # fmt: skip
"""Name in a manifest -> group, in the order in which they are asked, after the rate limit. Left out on purpose: SQL and PHP, which no workload has behind
its API; anonymous addresses, among which are the networks of offices."""
RATE_LIMIT = "rate-limit"
"""Name of the rule that limits each address: it is asked first."""
RATE_CAPACITY = 2
MAXIMUM_CAPACITY = 1500

WINDOW_SECONDS = 300
"""Over which requests of an address are counted."""
LEAST_RATE, MOST_RATE = 10, 2_000_000_000
DEFAULT_RATE = 2000
"""Requests of one address within the window, unless the manifest says otherwise: seven a second for five minutes on end. Ours: above what people and
well-behaved scripts send, below what guessing keys or fetching everything takes. Whole offices may share one address; `firewall.requests_per_address`."""
TOO_MANY = 429
"""Status for an address above its limit; what another rule refuses is answered 403."""

LOG_GROUP_PREFIX = "aws-waf-logs-"
"""What the name of each log group begins with, or WAF refuses it."""
REDACTED_HEADERS = ("authorization", "cookie", "x-api-key")
"""Never in its log: who has the log would be the caller."""
LOGGED_ACTIONS = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
"""Of the requests that are logged. The last is a rule that only counts because of an override. What is let in is in the API's own access log."""

NAMESPACE = "AWS/WAFV2"
BLOCKED, ALLOWED, COUNTED = "BlockedRequests", "AllowedRequests", "CountedRequests"
ALL_RULES = "ALL"
"""Value of the dimension Rule for a list as a whole."""
