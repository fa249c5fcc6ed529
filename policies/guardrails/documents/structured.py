"""Statements that are sent as structured inputs, and permissions that AWS turns into statements of its own."""

from collections.abc import Callable, Iterator, Mapping

from guardrails.documents.model import Condition, Principal, Statement, conditions, texts
from guardrails.values import Unknown, Values, each, known


def _statements(path: str, props: Values) -> Iterator[Statement]:
    """Of the platform's Function component. Statements on its key name no resource: it is the workload's key."""
    for position, entry in enumerate(each(props.get(path))):
        statement = known(entry)
        yield Statement(
            True, str(statement.get("sid") or position), actions=texts(statement.get("actions")), resources=texts(statement.get("resources")),
            conditions=tuple(conditions(statement.get("condition") or {})),
        )  # fmt: skip


def _is(operator: str, key: str, value: object) -> Iterator[Condition]:
    if isinstance(value, Unknown):
        yield Condition("", operator, False, key.lower(), (), value.path)
    elif value:
        yield Condition("", operator, False, key.lower(), texts(value))


def _principal(name: str) -> Principal:
    return Principal("Service" if name.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "AWS", name)


def _permission(_: str, props: Values) -> Iterator[Statement]:
    """Source: Lambda API, AddPermission."""
    principal, action = (known(props.get(name)) for name in ("principal", "action"))
    tests = tuple(test for name, (operator, key) in _CONDITIONS.items() for test in _is(operator, key, props.get(name)))
    yield Statement(True, "", actions=texts(action), principals=(_principal(str(principal or "")),), conditions=tests)


_CONDITIONS = {
    "sourceArn": ("arnlike", "aws:SourceArn"), "sourceAccount": ("stringequals", "aws:SourceAccount"),
    "principalOrgId": ("stringequals", "aws:PrincipalOrgID"), "eventSourceToken": ("stringequals", "lambda:EventSourceToken"),
}  # fmt: skip


def _layer_permission(_: str, props: Values) -> Iterator[Statement]:
    """Source: Lambda API, AddLayerVersionPermission."""
    principal, action = (known(props.get(name)) for name in ("principal", "action"))
    yield Statement(
        True, "", actions=texts(action), principals=(Principal("AWS", str(principal or "")),),
        conditions=tuple(_is("stringequals", "aws:PrincipalOrgID", props.get("organizationId"))),
    )  # fmt: skip


def _event_permission(_: str, props: Values) -> Iterator[Statement]:
    """Source: EventBridge API, PutPermission, whose only condition is on the organisation."""
    principal, action, condition = (known(props.get(name)) for name in ("principal", "action", "condition"))
    tests = _is(str(condition["type"]).lower(), str(condition["key"]), condition.get("value")) if condition else ()
    yield Statement(True, "", actions=texts(action or "events:PutEvents"), principals=(Principal("AWS", str(principal or "")),), conditions=tuple(tests))


def _grant(_: str, props: Values) -> Iterator[Statement]:
    """Source: KMS API, CreateGrant."""
    grantee, operations = (known(props.get(name)) for name in ("granteePrincipal", "operations"))
    yield Statement(True, "", actions=tuple(f"kms:{name}" for name in texts(operations)), principals=(_principal(str(grantee or "")),))


READ: Mapping[str, Callable[[str, Values], Iterator[Statement]]] = {
    "serverless-platform:index:Function": _statements,
    "aws:lambda/permission:Permission": _permission,
    "aws:lambda/layerVersionPermission:LayerVersionPermission": _layer_permission,
    "aws:cloudwatch/eventPermission:EventPermission": _event_permission,
    "aws:kms/grant:Grant": _grant,
}

_FUNCTION = "serverless-platform:index:Function"
PATHS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (_FUNCTION, "statements"): ("statements.actions", "statements.resources", "statements.condition"),
    (_FUNCTION, "keyStatements"): ("keyStatements.actions", "keyStatements.condition"),
    ("aws:lambda/permission:Permission", "principal"): ("action", "principal", *_CONDITIONS),
    ("aws:lambda/layerVersionPermission:LayerVersionPermission", "principal"): ("action", "principal", "organizationId"),
    ("aws:cloudwatch/eventPermission:EventPermission", "principal"): ("action", "principal", "condition.type", "condition.key", "condition.value"),
    ("aws:kms/grant:Grant", "granteePrincipal"): ("granteePrincipal", "operations"),
}
"""What each of them reads."""

