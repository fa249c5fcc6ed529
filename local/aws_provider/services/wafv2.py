"""AWS WAF: which requests an API lets in. The emulator keeps access control lists and applies none of their rules."""

import re
from collections.abc import Iterator
from typing import Any

from ..calls import Work
from ..convert import to_text
from ..entry import Call, Refusal, Resource, State, Tagging
from .common import range_of, refused

TAGS = Tagging(
    "Tags",
    "tag_resource",
    "untag_resource",
    "list_tags_for_resource",
    {"ResourceARN": "arn"},
    answer="TagInfoForResource.TagList",
    shape="list",
)
GROUPS = ("managedRuleGroupStatement", "ruleGroupReferenceStatement")
"""Statements that bring actions of their own, which a rule can only override."""
WINDOWS = (60, 120, 300, 600)
"""WAF API reference, RateBasedStatement: seconds over which requests are counted."""
LOGS = "aws-waf-logs-"
"""WAF developer guide, "Logging destinations": what the name of each begins with."""


def _rules(inputs: State) -> list[tuple[str, str]]:
    given = inputs.get("rules")
    rules = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    found = [(f"rules[{index}]{path}", told) for index, rule in enumerate(rules) for path, told in _rule(rule)]
    found = [(path, f"{path}: {told}") for path, told in found]
    for name in ("name", "priority"):
        values = [each[name] for each in rules if isinstance(each.get(name), (str, int, float))]
        if len(set(values)) < len(values):
            found.append(("rules", f"rules: each has a {name} of its own; here: {', '.join(map(to_text, values))}"))
    return found


def _rule(rule: State) -> Iterator[tuple[str, str]]:
    statement = rule.get("statement")
    if not isinstance(statement, dict):
        return
    kinds = [name for name, value in statement.items() if value is not None]
    if len(kinds) != 1:
        yield ".statement", f"has exactly one statement; here: {', '.join(sorted(kinds)) or 'none'}"
        return
    wanted, foreign = ("overrideAction", "action") if kinds[0] in GROUPS else ("action", "overrideAction")
    if rule.get(wanted) is None or rule.get(foreign) is not None:
        yield f".{wanted}", f"a rule with a {kinds[0]} has {wanted}, and no {foreign}"
    rate = statement.get("rateBasedStatement")
    window = rate.get("evaluationWindowSec") if isinstance(rate, dict) else None
    if isinstance(window, (int, float)) and window not in WINDOWS:
        yield ".statement.rateBasedStatement.evaluationWindowSec", f"is one of {', '.join(map(str, WINDOWS))}"


def _default(inputs: State) -> list[tuple[str, str]]:
    action = inputs.get("defaultAction")
    if isinstance(action, dict) and sum(action.get(name) is not None for name in ("allow", "block")) != 1:
        return [("defaultAction", "defaultAction: exactly one of allow, block has to be given")]
    return []


def _bodies(work: Work) -> Any:
    given = work.state.get("customResponseBodies")
    return {each["key"]: {"Content": each["content"], "ContentType": each["contentType"]} for each in given} if given else None


def _named(work: Work) -> dict[str, Any]:
    return {"Id": work.state["id"], "Name": work.state["name"], "Scope": work.state["scope"]}


def _get(work: Work) -> dict[str, Any]:
    return work.call("get_web_acl", **_named(work))


def _read(work: Work) -> State | None:
    answer = _get(work)
    acl = {member: value for member, value in answer["WebACL"].items() if member != "Description"}  # the emulator keeps the first
    return {**(work.properties(Call("get_web_acl"), acl) or {}), "lockToken": answer["LockToken"], "scope": work.state["scope"]}


def _update(work: Work) -> None:
    """The service takes the whole list, and the token of what was read last."""
    token = _get(work)["LockToken"]
    work.do(Call("update_web_acl", {"Id": "id", "LockToken": lambda _: token, "CustomResponseBodies": _bodies}, to_empty=False))


def _delete(work: Work) -> None:
    work.call("delete_web_acl", **_named(work), LockToken=_get(work)["LockToken"])


def _acl_id(id: str) -> State:
    """`ID/NAME/SCOPE`, as the official provider imports it."""
    uid, _, rest = id.partition("/")
    return {"id": uid, "name": rest.rpartition("/")[0], "scope": rest.rpartition("/")[2]}


def _protected(inputs: State) -> list[tuple[str, str]]:
    """AssociateWebACL: stages of REST APIs, GraphQL APIs, user pools, load balancers; the emulator takes any text."""
    arn = inputs.get("resourceArn")
    if not isinstance(arn, str):
        return []
    if re.fullmatch(r"arn:[\w-]+:apigateway:[\w-]+::/apis/.*", arn):
        return [
            (
                "resourceArn",
                f"resourceArn='{arn}': is an HTTP or WebSocket API, which WAF does not protect; CloudFront before it does",
            )
        ]
    if ":cloudfront:" in arn:
        return [("resourceArn", f"resourceArn='{arn}': a distribution names its list itself, in webAclId")]
    return []


def _associated(work: Work) -> State | None:
    answer = work.call("get_web_acl_for_resource", ResourceArn=work.state["resourceArn"]).get("WebACL")
    return {"resourceArn": work.state["resourceArn"], "webAclArn": answer["ARN"]} if answer else None


def _destination(inputs: State) -> list[tuple[str, str]]:
    found, given = [], inputs.get("logDestinationConfigs")
    if isinstance(given, list) and len(given) != 1:
        found.append(("logDestinationConfigs", f"logDestinationConfigs: has {len(given)} entries, has to have one"))
    for index, each in enumerate(given if isinstance(given, list) else []):
        if isinstance(each, str) and not re.search(rf"(:log-group:|:s3:::|:deliverystream/){LOGS}", each):
            path = f"logDestinationConfigs[{index}]"
            found.append((path, f"{path}='{each}': is a log group, bucket or stream whose name begins with {LOGS}"))
    return found


RESOURCES = [
    Resource(
        "aws:wafv2/webAcl:WebAcl", "wafv2", named="name", name_limit=128, tags=TAGS, identify=_acl_id,
        api={"ARN": "arn", "Id": "id", "LockToken": "lockToken", "ApplicationIntegrationURL": "applicationIntegrationUrl"},
        fakes={"id": "uuid", "capacity": "1", "arn": "arn:{partition}:wafv2:{region}:{account}:regional/webacl/{name}/{hex}"},
        create=Call("create_web_acl", {"CustomResponseBodies": _bodies}, take="Summary"), update=(_update,), read=_read, delete=(_delete,),
        recomputed={"capacity": ("rules",), "lockToken": ("rules", "defaultAction", "visibilityConfig", "description")},
        unread=frozenset({"description"}),
        limits={"rules.statement.rateBasedStatement.limit": range_of(10, 2_000_000_000)},  # WAF API reference
        checks=(_default, _rules, refused(dict.fromkeys(("associationConfig", "ruleJson", "monetizationConfig"), "it knows rules, bodies and tokens only"))),
        aws_refuses=(
            Refusal("wafv2-name-is-taken", "CreateWebACL refuses a name that the scope has already (WAFDuplicateItemException)."),
            Refusal("wafv2-list-is-associated", "DeleteWebACL is refused while a resource is associated, or a distribution names the list."),
            Refusal("wafv2-capacity", "AWS counts the capacity of the rules: more than 1,500 units cost extra, more than 5,000 are refused; the emulator counts none."),
            Refusal("wafv2-cloudfront-in-us-east-1", "A list of the scope CLOUDFRONT is made in us-east-1, whatever region the rest is in.",),
            Refusal("wafv2-managed-groups-exist", "A managed rule group has to exist under its vendor and name; one of the marketplace has to be subscribed to."),
            Refusal("wafv2-override-of-no-rule", "An override that names no rule of its group is passed over without a word (WAF API reference, RuleActionOverride)."),
            Refusal("wafv2-lets-everything-in", "The emulator applies no rule: nothing is blocked, counted or limited."),
        ),
    ),
    Resource(
        "aws:wafv2/webAclAssociation:WebAclAssociation", "wafv2", id="{webAclArn},{resourceArn}",
        create=Call("associate_web_acl"), read=_associated, delete=(Call("disassociate_web_acl"),), checks=(_protected,),
        aws_refuses=(
            Refusal("wafv2-association-after-its-list", "The list has to exist, in the region of what it protects.", needs="wafv2/webAcl of webAclArn"),
            Refusal("wafv2-association-after-its-resource", "The stage or API has to exist; one that was made just now is not known to WAF for a while (WAFUnavailableEntityException), and the official provider tries again."),
            Refusal("wafv2-association-is-the-only-one", "What is protected has one list: a second association takes the place of the first without a word."),
            Refusal("wafv2-association-goes-with-the-stage", "A stage that is replaced has to be associated again: its ARN stays, the association goes with the old one."),
        ),
    ),
    Resource(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "wafv2", id="{resourceArn}",
        create=Call("put_logging_configuration", wrap="LoggingConfiguration"), checks=(_destination,),
        aws_refuses=(
            Refusal("wafv2-logging-after-its-list", "The list has to exist.", needs="wafv2/webAcl of resourceArn"),
            Refusal("wafv2-logging-destination-exists", "The destination has to exist in the same account and region."),
            Refusal("wafv2-logging-policy", "WAF adds a resource policy for delivery.logs.amazonaws.com: whoever deploys needs logs:PutResourcePolicy, and a region takes ten such policies."),
            Refusal("wafv2-logging-only-one", "A list has one logging configuration: a second takes the place of the first without a word."),
        ),
    ),
]  # fmt: skip
