"""What stands before APIs: firewalls that refuse and log, distributions that take neither plain HTTP nor old TLS."""

from collections.abc import Iterator
from typing import Any

from guardrails.memory import Memory
from guardrails.resource import WORKLOAD_COMPONENT, Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity
from guardrails.values import Undecided, Unknown, each
from platform_contract.platform.tags import WORKLOAD

ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
STAGE, GRAPHQL = "aws:apigateway/stage:Stage", "aws:appsync/graphQLApi:GraphQLApi"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
LAST_PHASE = "scale"

ARN = "arn:aws:wafv2:eu-west-1:000000000000:regional/webacl/local-thing/7b1f2a9c"
STAGE_ARN = "arn:aws:apigateway:eu-west-1::/restapis/abc/stages/live"


def acl_refuses(resource: Resource, _: Memory) -> Iterator[Outcome]:
    default, rules = resource.get("defaultAction.block"), resource.get("rules")
    for value in (default, rules):
        if isinstance(value, Unknown):
            yield NotKnown(value.path)
            return
    if default is None and not any(_refuses(rule) for rule in each(rules)):
        yield Finding("rules", None, "every request would come through, and the list be paid for all the same")


def _refuses(rule: Any) -> bool:
    """A rule of its own that blocks, or a group whose rules decide; what is not known yet may be either."""
    return isinstance(rule, Unknown) or any(rule.get(path) is not None for path in ("action.block", "overrideAction.none"))


def acl_is_logged(resource: Resource, stack: Stack) -> Iterator[Outcome]:
    if not _led_to(resource, stack.of(LOGGING), "resourceArn"):
        yield Finding("name", resource.get("name"), "nobody could say whom the firewall refused, or why")


def api_has_firewall(resource: Resource, stack: Stack) -> Iterator[Outcome]:
    """Only of workloads in the last phase, which says so in the Workload component."""
    workload = resource.tag(WORKLOAD)
    if isinstance(workload, Unknown):
        yield NotKnown(workload.path)
        return
    component = next((node for node in stack.of(WORKLOAD_COMPONENT) if node.name == workload), None)
    if component is None or component.get("phase") != LAST_PHASE:
        return
    if not _led_to(resource, stack.of(ASSOCIATION), "resourceArn"):
        yield Finding("name", resource.get("name") or resource.get("stageName"), f"'{workload}' is in the phase {LAST_PHASE}, and no firewall stands before it")


def _led_to(resource: Resource, nodes: list[Resource], path: str) -> bool:
    """Whether the property of one of them was made from the resource, or is its ARN in letters. Raises `Undecided` where it may be."""
    undecided, arn = "", resource.get("arn")
    for node in nodes:
        if any(found.urn == resource.urn for found in node.referred(path, resource.type)):
            return True
        value = node.get(path)
        if isinstance(value, Unknown):
            undecided = undecided or ("" if node.references.get(path) else value.path)
        elif isinstance(arn, str) and value == arn:
            return True
    if undecided:
        raise Undecided(undecided)
    return False


def distribution_has_firewall(resource: Resource, _: Memory) -> Iterator[Outcome]:
    acl = resource.get("webAclId")
    if isinstance(acl, Unknown):
        yield NotKnown(acl.path)
    elif not acl:
        yield Finding("webAclId", acl, "requests would come to the API unlooked at, as if there were no distribution")


def distribution_refuses_old_tls(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for path in ("defaultCacheBehavior.viewerProtocolPolicy", *_in_each(resource, "orderedCacheBehaviors", "viewerProtocolPolicy")):
        yield from _is_not(resource, path, ("allow-all",), "tokens would be sent in the clear")
    for path in _in_each(resource, "origins", "customOriginConfig.originProtocolPolicy"):
        yield from _is_not(resource, path, ("http-only", "match-viewer"), "tokens would go on to the API in the clear")
    oldest = resource.get("viewerCertificate.minimumProtocolVersion")
    if isinstance(oldest, Unknown):
        yield NotKnown(oldest.path)
    elif not str(oldest or "").startswith(("TLSv1.2", "TLSv1.3")):
        yield Finding("viewerCertificate.minimumProtocolVersion", oldest, "viewers could speak TLS 1.0, which is broken")


def _in_each(resource: Resource, path: str, inner: str) -> list[str]:
    values = resource.get(path)
    if isinstance(values, Unknown):
        return [path]
    return [f"{path}.{index}.{inner}" for index, _value in enumerate(each(values))]


def _is_not(resource: Resource, path: str, bad: tuple[str, ...], problem: str) -> Iterator[Outcome]:
    value = resource.get(path)
    if isinstance(value, Unknown):
        yield NotKnown(value.path)
    elif value in bad:
        yield Finding(path, value, problem)


BLOCK = {"name": "rate", "priority": 0, "action": {"block": {}}}
GROUP = {"name": "common", "priority": 1, "overrideAction": {"none": {}}}
ALLOW: dict[str, object] = {"allow": {}}


def _behavior(policy: object = "https-only") -> dict[str, object]:
    return {"targetOriginId": "api", "viewerProtocolPolicy": policy}


def _distribution(**more: object) -> Given:
    fine = {"defaultCacheBehavior": _behavior(), "viewerCertificate": {"minimumProtocolVersion": "TLSv1.2_2021"}, "webAclId": ARN}
    return Given(DISTRIBUTION, {**fine, **more})


def _workload(phase: str) -> Given:
    return Given(WORKLOAD_COMPONENT, {"owner": "commerce", "phase": phase}, "thing")


API = Given(STAGE, {"stageName": "live", "arn": STAGE_ARN, "tags": {WORKLOAD: "thing"}})
_ACL = Given(ACL, {"name": "local-thing", "arn": ARN})

RULES = (
    Rule(
        id="web-acl-refuses-something", title="A firewall refuses something.",
        why="A list whose rules only count, or that has none, looks like protection on every page and in every audit.",
        fix="give it a rule that blocks, or a managed group without `count`, as the platform's Firewall does", severity=Severity.MEDIUM,
        reads={ACL: ("defaultAction", "rules")}, check=acl_refuses,
        sources=("Security Hub WAF.10", "checkov CKV_AWS_175"),
        cases=(
            Case("a rule blocks", Given(ACL, {"defaultAction": ALLOW, "rules": [BLOCK]})),
            Case("a group decides", Given(ACL, {"defaultAction": ALLOW, "rules": [GROUP]})),
            Case("what no rule lets in is refused", Given(ACL, {"defaultAction": {"block": {}}})),
            Case("no rule", Given(ACL, {"defaultAction": ALLOW}), finds=("rules=not set: every request would come through",)),
            Case("rules that count", Given(ACL, {"defaultAction": ALLOW, "rules": [{"name": "common", "overrideAction": {"count": {}}}]}),
                 finds=("every request would come through",)),
            Case("rules not known yet", Given(ACL, {"defaultAction": ALLOW, "rules": UNKNOWN}), waits=("rules",)),
            Case("default not known yet", Given(ACL, {"defaultAction": UNKNOWN}), waits=("defaultAction.block",)),
        ),
    ),
    Rule(
        id="web-acl-is-logged", title="A firewall logs whom it refuses.",
        why="A caller who is shut out asks why, and the API itself has never seen the request.",
        fix="make a WebAclLoggingConfiguration of it, as the platform's Firewall does", severity=Severity.MEDIUM,
        reads={ACL: ("arn", "name"), LOGGING: ("resourceArn",)}, judges=(), joins=(ACL,), check_stack=acl_is_logged,
        sources=("Security Hub WAF.11", "checkov CKV2_AWS_31"),
        cases=(
            Case("logged", _ACL, given=(Given(LOGGING, {"resourceArn": UNKNOWN}, "logging", {"resourceArn": "subject"}),), scope=Scope.STACK),
            Case("logged, by its ARN in letters", _ACL, given=(Given(LOGGING, {"resourceArn": ARN}, "logging"),), scope=Scope.STACK),
            Case("of what is logged nothing is known yet", _ACL, given=(Given(LOGGING, {"resourceArn": UNKNOWN}, "logging"),), scope=Scope.STACK, waits=("resourceArn",)),
            Case("not logged", _ACL, scope=Scope.STACK, finds=("name=local-thing: nobody could say whom",)),
            Case("another one is logged", _ACL, given=(Given(LOGGING, {"resourceArn": f"{ARN}2"}, "logging"),), scope=Scope.STACK, finds=("nobody could say whom",)),
        ),
    ),
    Rule(
        id="api-has-firewall", title="REST and GraphQL APIs of the last phase stand behind a firewall.",
        why="What everybody can reach is tried by everybody: known attacks, and one address that asks without end.",
        fix="let the phase make it: the platform's Firewall associates a list with every stage and GraphQL API", severity=Severity.HIGH,
        reads={STAGE: ("arn", "stageName", "tags", "tagsAll"), GRAPHQL: ("arn", "name", "tags", "tagsAll"), ASSOCIATION: ("resourceArn",)},
        joins=(STAGE, GRAPHQL), check_stack=api_has_firewall,
        sources=("Security Hub APIGateway.4", "cdk-nag AwsSolutions-APIG3", "checkov CKV2_AWS_29, CKV2_AWS_33"),
        cases=(
            Case("associated", API, given=(_workload("scale"), Given(ASSOCIATION, {"resourceArn": UNKNOWN}, "association", {"resourceArn": "subject"})), scope=Scope.STACK),
            Case("associated, by its ARN in letters", API, given=(_workload("scale"), Given(ASSOCIATION, {"resourceArn": STAGE_ARN}, "association")), scope=Scope.STACK),
            Case("not associated", API, given=(_workload("scale"),), scope=Scope.STACK, finds=("name=live: 'thing' is in the phase scale, and no firewall stands before it",)),
            Case("GraphQL, not associated", Given(GRAPHQL, {"name": "local-thing", "tags": {WORKLOAD: "thing"}}), given=(_workload("scale"),), scope=Scope.STACK,
                 finds=("name=local-thing: 'thing' is in the phase scale",)),
            Case("another one is", API, given=(_workload("scale"), Given(ASSOCIATION, {"resourceArn": f"{STAGE_ARN}2"}, "association")), scope=Scope.STACK,
                 finds=("no firewall stands before it",)),
            Case("which API it is for is not known yet", API, given=(_workload("scale"), Given(ASSOCIATION, {"resourceArn": UNKNOWN}, "association")), scope=Scope.STACK,
                 waits=("resourceArn",)),
            Case("before the last phase", API, given=(_workload("standardize"),), scope=Scope.STACK),
            Case("of no workload of this program", API, scope=Scope.STACK),
            Case("whose it is not known yet", Given(STAGE, {"tags": {WORKLOAD: UNKNOWN}}), given=(_workload("scale"),), scope=Scope.STACK, waits=(f"tags.{WORKLOAD}",)),
        ),
    ),
    Rule(
        id="distribution-has-firewall", title="Distributions stand behind a firewall.",
        why="An HTTP API cannot have one itself: a distribution before it without one adds a way in and no protection.",
        fix="set webAclId to a list of the scope CLOUDFRONT, as the platform's Cdn does", severity=Severity.HIGH,
        reads={DISTRIBUTION: ("webAclId",)}, check=distribution_has_firewall,
        sources=("Security Hub CloudFront.6", "cdk-nag AwsSolutions-CFR2", "checkov CKV_AWS_68"),
        cases=(
            Case("a list", _distribution()),
            Case("a list that is not made yet", _distribution(webAclId=UNKNOWN), waits=("webAclId",)),
            Case("none", _distribution(webAclId=None), finds=("webAclId=not set: requests would come to the API unlooked at",)),
        ),
    ),
    Rule(
        id="distribution-refuses-old-tls", title="Distributions take neither plain HTTP nor old TLS.",
        why="Requests carry tokens. Under CloudFront's own certificate viewers may speak TLS 1.0, so it takes one of our own.",
        fix="set viewerProtocolPolicy https-only, minimumProtocolVersion TLSv1.2_2021 with a certificate, and originProtocolPolicy https-only, as the platform's Cdn does",
        severity=Severity.HIGH,
        reads={DISTRIBUTION: ("defaultCacheBehavior", "orderedCacheBehaviors", "origins", "viewerCertificate")}, check=distribution_refuses_old_tls,
        sources=("Security Hub CloudFront.3, CloudFront.10", "cdk-nag AwsSolutions-CFR4, CFR5", "checkov CKV_AWS_34, CKV_AWS_174"),
        cases=(
            Case("https only", _distribution(orderedCacheBehaviors=[_behavior("redirect-to-https")], origins=[{"customOriginConfig": {"originProtocolPolicy": "https-only"}}])),
            Case("plain HTTP", _distribution(defaultCacheBehavior=_behavior("allow-all")), finds=("defaultCacheBehavior.viewerProtocolPolicy=allow-all: tokens would be sent in the clear",)),
            Case("plain HTTP on one path", _distribution(orderedCacheBehaviors=[_behavior(), _behavior("allow-all")]), finds=("orderedCacheBehaviors.1.viewerProtocolPolicy=allow-all",)),
            Case("CloudFront's own certificate", _distribution(viewerCertificate={"cloudfrontDefaultCertificate": True}), finds=("viewerCertificate.minimumProtocolVersion=not set: viewers could speak TLS 1.0",)),
            Case("old TLS", _distribution(viewerCertificate={"minimumProtocolVersion": "TLSv1.1_2016"}), finds=("minimumProtocolVersion=TLSv1.1_2016",)),
            Case("plain HTTP to the API", _distribution(origins=[{"customOriginConfig": {"originProtocolPolicy": "http-only"}}]), finds=("origins.0.customOriginConfig.originProtocolPolicy=http-only",)),
            Case("not known yet", _distribution(viewerCertificate={"minimumProtocolVersion": UNKNOWN}, defaultCacheBehavior=_behavior(UNKNOWN)),
                 waits=("defaultCacheBehavior.viewerProtocolPolicy", "viewerCertificate.minimumProtocolVersion")),
        ),
    ),
)  # fmt: skip
