"""A list of rules before APIs or a distribution (web ACL), decided: what it refuses, what it logs, when it tells somebody."""

from collections.abc import Iterable

from platform_contract.manifest import Manifest
from platform_contract.manifest.edge_checks import fastest_tier
from platform_contract.manifest.firewall import RULES
from platform_contract.platform import edge_names, naming, waf
from platform_contract.platform.alarms import described, told_to
from platform_contract.platform.base import AlarmMetricPlan, MathAlarmPlan, Plain
from platform_contract.platform.prices import HOURS_PER_MONTH
from platform_contract.platform.retention import log_protection, retention_days
from platform_contract.platform.settings import Settings

PERIOD_SECONDS, PERIODS = 300, 3
"""Of its alarms: fifteen minutes, so that a scanner that comes by tells nobody."""
LEAST_BLOCKED = 50
"""Requests refused in a period, or a share of them says nothing."""
SHARE, MOST = 0.1, 0.5
"""Of all requests that are refused: worth a look in working hours, and somebody at once."""


class ManagedGroupPlan(Plain):
    """A group of rules that AWS keeps, as one rule of the list."""

    name: str
    group: str
    vendor: str
    counts: bool
    """Whether none of it refuses anybody."""
    counted_rules: tuple[str, ...]
    """Rules of it that refuse nobody."""


class WebAclPlan(Plain):
    """The list, its log and its alarms."""

    physical_name: str
    """Also that of its metrics."""
    scope: str
    description: str
    requests_per_address: int
    window_seconds: int
    too_many_status: int
    groups: tuple[ManagedGroupPlan, ...]
    """In the order in which they are asked, after the limit of each address."""
    log_group_name: str
    log_retention_days: int
    log_protection: str | None
    """Data protection policy of its log group, as JSON text."""
    logged_actions: tuple[str, ...]
    redacted_headers: tuple[str, ...]
    redacts_query: bool
    alarms: tuple[MathAlarmPlan, ...]

    @property
    def metric_dimensions(self) -> dict[str, str]:
        """Of its metrics as a whole."""
        return next(iter(self.alarms[0].metrics.values())).dimensions if self.alarms else {}


def plan_web_acl(settings: Settings, manifest: Manifest, *, name: str, scope: str, component: str, what: str) -> WebAclPlan:
    """component: part of the names of its alarms. what: it stands before, for people."""
    counted, protection = manifest.firewall.count_only, log_protection(manifest.scope(settings))
    return WebAclPlan(
        physical_name=name, scope=scope, description=f"Stands before {what} of {manifest.name}.",
        requests_per_address=rate_limit(manifest), window_seconds=waf.WINDOW_SECONDS, too_many_status=waf.TOO_MANY,
        groups=tuple(
            ManagedGroupPlan(
                name=each, group=it.group, vendor=waf.VENDOR, counts=each in counted,
                counted_rules=tuple(rule for rule in counted if RULES.get(rule) == each),
            )
            for each, it in waf.GROUPS.items()
        ),
        log_group_name=edge_names.waf_log_group(name), log_retention_days=retention_days(manifest.scope(settings)),
        log_protection=protection, logged_actions=waf.LOGGED_ACTIONS, redacted_headers=waf.REDACTED_HEADERS,
        # What is masked in other logs of such data stands in queries as well, and WAF logs them whole.
        redacts_query=protection is not None,
        alarms=tuple(_alarms(settings, manifest, name, scope, component, what)),
    )  # fmt: skip


def rate_limit(manifest: Manifest) -> int:
    """Requests of one address within the window: as the manifest says, or the default, which is no less than what a client is promised."""
    return manifest.firewall.requests_per_address or max(waf.DEFAULT_RATE, fastest_tier(manifest)[1])


def dimensions(settings: Settings, name: str, scope: str) -> dict[str, str]:
    """Of metrics of a list; those of a distribution name no region."""
    return {"WebACL": name, "Rule": waf.ALL_RULES, **({"Region": settings.region} if scope == waf.REGIONAL else {})}


def _alarms(settings: Settings, manifest: Manifest, name: str, scope: str, component: str, what: str) -> Iterable[MathAlarmPlan]:
    metrics = {
        each: AlarmMetricPlan(namespace=waf.NAMESPACE, metric_name=metric, statistic="Sum", dimensions=dimensions(settings, name, scope))
        for each, metric in (("blocked", waf.BLOCKED), ("allowed", waf.ALLOWED))
    }
    usual = manifest.profile.requests_per_month / (HOURS_PER_MONTH * 3600) * PERIOD_SECONDS
    rows = (
        ("blocked", "ticket", SHARE, LEAST_BLOCKED, ""),
        # A scanner at night is half of all that comes; callers who are shut out are half of what comes by day.
        ("mostly-blocked", "page", MOST, max(LEAST_BLOCKED, round(usual * MOST)), ", as many as half of what the profile expects"),
    )
    for suffix, severity, share, least, as_many in rows:
        if settings.alarms in ("all", severity):
            why = (f"the firewall refuses more than {share:.0%} of all requests, {least} or more{as_many}, for {PERIODS * PERIOD_SECONDS // 60} minutes: "
                   "somebody attacks, or callers are shut out")  # fmt: skip
            yield MathAlarmPlan(
                suffix=suffix, physical_name=naming.alarm_name(settings, manifest.name, component, suffix),
                description=described(manifest.scope(settings), f"firewall before {what}", why, told_to(manifest.scope(settings), severity), f"firewall-{suffix}"),
                # WAF publishes no zeros, and where everything is refused there is no value of what is let in.
                metrics=metrics, expression=f"IF(FILL(blocked, 0) >= {least}, FILL(blocked, 0) / (FILL(blocked, 0) + FILL(allowed, 0)), 0)",
                threshold=share, comparison_operator="GreaterThanThreshold", period_seconds=PERIOD_SECONDS, evaluation_periods=PERIODS,
                datapoints_to_alarm=PERIODS, treat_missing_data="notBreaching",
            )  # fmt: skip
