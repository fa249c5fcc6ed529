"""What becomes reachable or permitted: public routes, principals of resource policies, and what roles may do."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from platform_contract.platform.iam import LOG_ACTIONS, TRACE_ACTIONS
from platform_contract.platform.resource_policies import Reach, reaches
from platform_contract.registry import VERBS

from .changes import UNKNOWN, Change, at

ROUTE, METHOD = "aws:apigatewayv2/route:Route", "aws:apigateway/method:Method"
ROLE, ROLE_POLICY, ATTACHMENT = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
OWN = frozenset({*LOG_ACTIONS, *TRACE_ACTIONS})
"""Actions that every function has: told with the rest."""

Statement = tuple[str, str, str, str]
"""Role, action, resource, conditions."""


def permitted(changes: Iterable[Change], account_id: str) -> list[str]:
    """One line for each thing that was not allowed before, the widest first."""
    changes = list(changes)
    return [*_public(changes), *_principals(changes, account_id), *_unbounded(changes), *_roles(changes), *_routes(changes)]


def _public(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        where = f"{change.workload}: "
        if change.type in (ROUTE, METHOD) and _is_public(change.new) and not _is_public(change.old):
            yield f"{where}{_route_of(change)} is public{'' if change.operation == 'create' else ' now'}: it asks for no token and no key"
        if change.type == "aws:lambda/functionUrl:FunctionUrl" and at(change.new, "authorizationType") == "NONE" != at(change.old, "authorizationType"):
            yield f"{where}the URL of function {change.name} is public"
        if change.type == "aws:appsync/graphQLApi:GraphQLApi" and at(change.new, "authenticationType") == "API_KEY" != at(change.old, "authenticationType"):
            yield f"{where}GraphQL API {change.name} takes a key that every client knows"
        opened = [block for block in BLOCKS if at(change.old, block) is True and at(change.new, block) is not True]
        if change.type == BLOCK and opened and not _goes_with_bucket(change, changes):
            yield f"{where}bucket {change.name} may be made public: {', '.join(opened)} no longer set"
        origins = set(at(change.new, "corsConfiguration.allowOrigins") or []) - set(at(change.old, "corsConfiguration.allowOrigins") or [])
        if origins and change.operation != "create":
            yield f"{where}pages of {', '.join(sorted(map(str, origins)))} may call {change.name}"


def _goes_with_bucket(block: Change, changes: list[Change]) -> bool:
    gone = [change.name for change in changes if change.type == BUCKET and change.operation == "delete"]
    return block.operation == "delete" and any(block.name.startswith(name) for name in gone)


def _is_public(inputs: Mapping[str, Any]) -> bool:
    """A route or method that everybody may call. Of a WebSocket API only $connect asks who somebody is; OPTIONS answers browsers."""
    key, method = at(inputs, "routeKey"), at(inputs, "httpMethod")
    if key is not None:
        return at(inputs, "authorizationType") in ("NONE", None) and (" " in str(key) or key == "$connect") and not str(key).startswith("OPTIONS ")
    return method not in (None, "OPTIONS") and at(inputs, "authorization") == "NONE" and not at(inputs, "apiKeyRequired")


def _route_of(change: Change) -> str:
    inputs = change.new or change.old
    return str(at(inputs, "routeKey") or f"{at(inputs, 'httpMethod')} of {change.name}")


def _routes(changes: list[Change]) -> Iterator[str]:
    new: dict[str, list[str]] = {}
    for change in changes:
        if change.type in (ROUTE, METHOD) and change.operation == "create" and not _is_public(change.new):
            asks = at(change.new, "authorizationType") or at(change.new, "authorization")
            new.setdefault(change.workload, []).append(f"{_route_of(change)} ({asks if asks != 'NONE' else 'key or connection'})")
    yield from (f"{workload}: new routes: {', '.join(routes)}" for workload, routes in sorted(new.items()))


def _principals(changes: list[Change], account_id: str) -> Iterator[str]:
    """Of resource policies, trust policies and permissions. A service that acts for a new resource of ours only is counted."""
    routine: dict[str, int] = {}
    for change in changes:
        before = {_facts(each) for each in _reaches(change, change.old, account_id)}
        for each in _reaches(change, change.new, account_id):
            if _facts(each) in before:
                continue
            if each.who in ("service", "own account") and each.bounded_by and change.operation == "create":
                routine[change.workload] = routine.get(change.workload, 0) + 1
                continue
            who = {"everybody": "everybody", "other account": f"{each.principal} (another account)"}.get(each.who, each.principal)
            only = f", only if {'; '.join(each.bounded_by)}" if each.bounded_by else ", for anybody" if each.who == "service" else ""
            yield f"{change.workload}: {who} may {', '.join(each.actions)} on {change.kind} {each.resource}{only}"
    for workload, count in sorted(routine.items()):
        yield f"{workload}: AWS services and roles of this account reach what is new in {count} ways, each bound to its source"


def _facts(reach: Reach) -> tuple[Any, ...]:
    return reach.principal, tuple(sorted(reach.actions)), reach.bounded_by


def _reaches(change: Change, inputs: Mapping[str, Any], account_id: str) -> list[Reach]:
    """Of a policy that is not known before the update nothing can be told."""
    try:
        return reaches([(change.type, change.name, inputs)], account_id) if inputs else []
    except (ValueError, AttributeError):
        return []


def _unbounded(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if change.type == ROLE and change.operation in ("update", "replace") and at(change.old, "permissionsBoundary") and not at(change.new, "permissionsBoundary"):
            yield f"{change.workload}: role {change.name} loses its permissions boundary"
        if change.type == ATTACHMENT and change.operation in ("create", "replace"):
            yield f"{change.workload}: role {at(change.new, 'role')} gets the policy {at(change.new, 'policyArn')}"


def _roles(changes: list[Change]) -> Iterator[str]:
    """What each role may do that it might not before: by verbs of the manifest where there are such, else by actions."""
    old: set[Statement] = set()
    new: dict[str, set[Statement]] = {}
    for change in changes:
        if change.type == ROLE_POLICY:
            old |= set(_statements(change.old))
            new.setdefault(change.workload, set()).update(_statements(change.new))
    unknown = [change for change in changes if change.type == ROLE_POLICY and at(change.new, "policy") == UNKNOWN]
    for workload, statements in sorted(new.items()):
        by_resource: dict[tuple[str, str, str], set[str]] = {}
        for role, action, resource, conditions in statements - old:
            if action not in OWN and not action.startswith("kms:"):
                by_resource.setdefault((role, resource, conditions), set()).add(action)
        for (role, resource, conditions), actions in sorted(by_resource.items()):
            yield f"{workload}: {role} may {verbs(actions)} {_short(resource)}{' under conditions' if conditions else ''}"
    if unknown:
        yield f"{len(unknown)} role policies are known only in the update, where the guardrails judge them"


def _statements(inputs: Mapping[str, Any]) -> Iterator[Statement]:
    try:
        document = json.loads(at(inputs, "policy") or "{}")
    except (TypeError, ValueError):
        return
    for statement in _list(document.get("Statement") if isinstance(document, dict) else None):
        if statement.get("Effect") == "Allow":
            conditions = json.dumps(statement.get("Condition") or {}, sort_keys=True)
            for action in _list(statement.get("Action")):
                for resource in _list(statement.get("Resource")):
                    yield str(at(inputs, "role")), str(action), str(resource), "" if conditions == "{}" else conditions


def verbs(actions: Iterable[str]) -> str:
    """`get, put (dynamodb:GetItem, dynamodb:PutItem)`: words of a manifest that stand for just these actions; without the words where there are none."""
    given = set(actions)
    words = [
        (verb, needed)
        for kind in VERBS.values()
        for verb, meaning in kind.items()
        if (needed := {action for permission in meaning.permissions for action in permission.actions}) <= given
    ]
    chosen: dict[str, set[str]] = {}
    for verb, needed in sorted(words, key=lambda each: -len(each[1])):
        if needed - set().union(*chosen.values()):
            chosen[verb] = needed
    covered = set().union(*chosen.values())
    listed = ", ".join(sorted(given))
    return f"{', '.join(sorted(chosen))} ({listed}) in" if chosen and covered == given else f"{listed} on"


def _short(resource: str) -> str:
    """The part of an ARN behind the account."""
    return resource.split(":", 5)[-1] or resource if resource.startswith("arn:") else resource


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
