"""What a class of data decides, checked on the whole graph: who may use keys, and what log groups mask."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from platform_contract.platform import kms
from platform_contract.platform.data_class import CLASSES, PROTECTION_CHARACTERS, PROTECTION_VERSION
from tests.program.graph import Graph, Node

LOG_GROUP, PROTECTION = "cloudwatch/logGroup", "cloudwatch/logDataProtectionPolicy"
VIA_PATTERN = "*.{region}.amazonaws.com"


def class_of(node: Node) -> str:
    """The class of data in its tags."""
    return str(node.inputs["tags"]["data_class"])


def key_users(graph: Graph, settings: Mapping[str, Any]) -> Iterator[str]:
    """Who may use each key is what the class of its workload says: no more and, for the workload's own roles, no less."""
    region = settings["serverless-platform:region"]
    for key in graph.all("kms/key"):
        rules = CLASSES[class_of(key)]
        own = {role.outputs["arn"] for role in graph.all("iam/role") if role.inputs["tags"]["workload"] == key.inputs["tags"]["workload"]}
        allowed = [each for each in json.loads(key.inputs["policy"])["Statement"] if "AWS" in each["Principal"]]
        for statement in allowed:
            if statement["Effect"] != "Allow" or not str(statement["Principal"]["AWS"]).endswith(":root"):
                yield f"{key.name}: {statement['Sid']} is not what IAM of the account may allow"
        if not any("kms:Put*" in _actions(each) or "kms:*" in _actions(each) for each in allowed if "Condition" not in each):
            yield f"{key.name}: nobody could mend its policy any more"
        if rules.key_users == "account":
            continue
        named = {f"{_role_prefix(key)}{role}" for role in _named(settings)} if rules.key_users == "named" else set()
        through = {"StringLike": {kms.VIA: VIA_PATTERN.format(region=region)}} if rules.key_users == "services" else None
        yield from _users(key, allowed, own, named, through)


def _users(key: Node, allowed: list[dict[str, Any]], own: set[str], named: set[str], through: dict[str, Any] | None) -> Iterator[str]:
    callers: set[str] = set()
    for statement in allowed:
        condition = statement.get("Condition", {})
        users = set(condition.get("ArnEquals", {}).get(kms.CALLER, []))
        if _reads(statement):
            callers |= users
        if _reads(statement) and not users and condition != through:
            yield f"{key.name}: {statement['Sid']} lets whoever IAM allows read"
        if "kms:CreateGrant" in _actions(statement) and condition.get("Bool") != {kms.FOR_A_SERVICE: "true"}:
            yield f"{key.name}: {statement['Sid']} lets the key be handed to anybody"
        if "kms:CreateGrant" in _actions(statement) and through is None and not users:
            yield f"{key.name}: {statement['Sid']} lets whoever IAM allows make grants"
    yield from (f"{key.name}: the workload's role {role} may not use it" for role in sorted(own - callers))
    yield from (f"{key.name}: {role} may use it" for role in sorted(callers - own - named))
    yield from (f"{key.name}: {role} may not use it, and the settings say it may" for role in sorted(named - callers))


def masks(graph: Graph) -> Iterator[str]:
    """Every log group masks what its class says, as CloudWatch Logs takes it, before anything is written into it."""
    policies = {node.parent + node.name: node for node in graph.all(PROTECTION)}
    for group in graph.all(LOG_GROUP):
        wanted, policy = CLASSES[class_of(group)].masked_identifiers, policies.pop(group.parent + group.name, None)
        if group.inputs.get("logGroupClass", "STANDARD") != "STANDARD":
            yield f"{group.name}: nothing is masked in log groups of the class {group.inputs['logGroupClass']}"
        if policy is None:
            if wanted:
                yield f"{group.name}: masks nothing, and its data is {class_of(group)}"
            continue
        yield from (f"{group.name}: {problem}" for problem in _document(str(policy.inputs["policyDocument"]), wanted))
        if policy.inputs["logGroupName"] != group.inputs["name"] or not graph.comes_after(policy, group):
            yield f"{group.name}: {policy.name} is of another group, or made before it"
        for writer in _writers(graph, group):
            if not graph.comes_after(writer, policy):
                yield f"{group.name}: {writer.name} may log before it masks"
    yield from (f"{each.name}: is of no log group" for each in policies.values())


def _document(text: str, wanted: tuple[str, ...]) -> Iterator[str]:
    document = json.loads(text)
    statements = document["Statement"]
    operations = [next(iter(each["Operation"])) for each in statements]
    if operations != ["Audit", "Deidentify"]:
        yield f"its statements are {operations}: CloudWatch Logs wants one that finds and one that masks"
        return
    audit, deidentify = (each["Operation"] for each in statements)
    if audit != {"Audit": {"FindingsDestination": {}}} or deidentify != {"Deidentify": {"MaskConfig": {}}}:
        yield "an operation is not as CloudWatch Logs takes it"
    if statements[0]["DataIdentifier"] != statements[1]["DataIdentifier"]:
        yield "its two statements have other identifiers, which CloudWatch Logs refuses"
    if {each.rpartition("/")[2] for each in statements[1]["DataIdentifier"]} != set(wanted):
        yield "it masks something else than the class of data says"
    if document["Version"] != PROTECTION_VERSION or len(text) > PROTECTION_CHARACTERS:
        yield f"version {document['Version']}, {len(text)} characters"


def _writers(graph: Graph, group: Node) -> list[Node]:
    """What is told to log into the group. AppSync's group has the API's id in its name, so it is made after the API."""
    told = {"lambda/function": "loggingConfig", "sfn/stateMachine": "loggingConfiguration"}
    told |= dict.fromkeys(("apigatewayv2/stage", "apigateway/stage"), "accessLogSettings")
    end = f'{group.inputs["name"]}"'
    return [each for kind, field in told.items() for each in graph.all(kind) if end in json.dumps(each.inputs[field]).replace(':*"', '"')]


def _actions(statement: dict[str, Any]) -> list[str]:
    actions = statement["Action"]
    return actions if isinstance(actions, list) else [actions]


def _reads(statement: dict[str, Any]) -> bool:
    return any(action in ("kms:*", "*") or action.startswith(("kms:Dec", "kms:ReEnc", "kms:Gen", "kms:Enc")) for action in _actions(statement))


def _named(settings: Mapping[str, Any]) -> list[str]:
    given = settings["serverless-platform:restricted_data"]
    return [*given["deploying_roles"], *given["break_glass_roles"]]


def _role_prefix(key: Node) -> str:
    account = str(json.loads(key.inputs["policy"])["Statement"][0]["Principal"]["AWS"]).split(":")[4]
    return f"arn:aws:iam::{account}:role/"
