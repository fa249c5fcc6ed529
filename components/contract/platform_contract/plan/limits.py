"""What AWS limits as a whole, measured on a plan before anything is made: policies of roles, functions, keys and queues, environments.

Everything is measured as the program registers it, with text of the same length for what AWS assigns (a test compares the two).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.http_api.plan import ApiPlan
from platform_contract.kinds.rest_api.plan import RestApiPlan
from platform_contract.kinds.websocket_api.plan import SocketPlan
from platform_contract.plan.model import KeyPlan, WorkloadPlan, parts_of
from platform_contract.plan.roles import API_ID, POOL_ID, assigned_arn, role_documents
from platform_contract.platform import documents, environment, lambda_, naming
from platform_contract.platform.base import LimitPlan
from platform_contract.platform.boundary import boundary_document
from platform_contract.platform.diagnostics import Problem
from platform_contract.platform.quotas import DOCUMENTS, STATEMENT_ID_CHARACTERS
from platform_contract.platform.settings import Settings

AUTHORIZER_ID = "a" * 6
CLIENT_ID = "a" * 26
"""As long as AWS makes them: ids of an API's authorizer, and of a user pool's client."""

SECRET_SUFFIX = "-aaaaaa"
"""As long as what Secrets Manager puts behind a name."""


def plan_limits(plan: WorkloadPlan, settings: Settings) -> tuple[LimitPlan, ...]:
    """Everything in the plan that AWS limits as a whole, with the margin that is left."""
    keys = (plan.key, *parts_of(KeyPlan, plan.features))
    of_keys = (_limit("key", key.alias, "data_class", len(key.policy.encode())) for key in keys)
    return (*_roles(plan, settings), *_functions(plan, settings), *_queues(plan), *of_keys)


def too_large(plan: WorkloadPlan, file: str) -> Iterator[Problem]:
    """What AWS would refuse, in mid-update."""
    for each in plan.limits:
        if each.size > each.most:
            limit = DOCUMENTS[each.kind]
            yield Problem(
                file, each.field, "",
                f"makes {each.size} {each.unit} of {each.what} ({each.name}), {each.size - each.most} more than the {each.most} "
                f"that AWS takes ({limit.source})", limit.fix,
            )  # fmt: skip


def _limit(kind: str, name: str, field: str, size: int) -> LimitPlan:
    limit = DOCUMENTS[kind]
    return LimitPlan(
        kind=kind, name=name, field=field, what=limit.what, size=size, most=limit.most, unit=limit.unit,
        left_percent=round(100 * (1 - size / limit.most)),
    )  # fmt: skip


def characters(document: Mapping[str, Any]) -> int:
    """Size of a document as IAM counts it: without white space."""
    return len(re.sub(r"\s", "", json.dumps(document)))


def compact_bytes(document: Mapping[str, Any]) -> int:
    """Size of a document as Lambda keeps it: JSON without white space between its parts."""
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode())


def _roles(plan: WorkloadPlan, settings: Settings) -> Iterator[LimitPlan]:
    for role in role_documents(plan):
        yield _limit("role", role.name, role.field, sum(characters(each) for each in role.inline))
        yield _limit("trust", role.name, role.field, characters(role.trust))
    boundary = boundary_document(settings.account_id, settings.region, settings.environment, settings.partition)
    yield _limit("boundary", settings.boundary_name, "settings.environment", characters(boundary))


def _functions(plan: WorkloadPlan, settings: Settings) -> Iterator[LimitPlan]:
    planned = [(f"functions.{name}", name, function) for name, function in plan.functions.items()]
    planned += [(f"secrets.{secret}.rotation", f"rotation of {secret}", it.function) for secret, it in plan.rotations.items()]
    planned += [(f"phase ({name})", name, it) for name, part in plan.features.items() for it in parts_of(FunctionPlan, part)]
    for field, name, function in planned:
        variables = function.environment | {
            variable: it.known_as or _told(plan, settings, it.kind, it.name, variable) for variable, it in function.references.items()
        }
        yield _limit("environment", function.physical_name, field, compact_bytes(variables))
        alias = f"{function.arn}:{lambda_.ALIAS}"
        statements = [
            documents.invocation("s" * STATEMENT_ID_CHARACTERS, service, alias, source, account)
            for service, source, account in (invokers(plan, name) if field.startswith("functions.") else _of_rotation(plan, function))
        ]
        if statements:
            yield _limit("function", function.physical_name, f"{field}.triggers", compact_bytes(documents.function_policy(statements)))


Invoker = tuple[str, str, str | None]
"""Service, on behalf of what, and in which account where the ARN does not say it."""


def invokers(plan: WorkloadPlan, function: str) -> Iterator[Invoker]:
    """Everything that may invoke a function of the workload without a role."""
    api = assigned_arn(plan, "execute-api", API_ID)
    sections: tuple[Mapping[str, ApiPlan | RestApiPlan | SocketPlan], ...] = (plan.apis, plan.rest_apis, plan.sockets)
    timeouts = [each.integration_timeouts_ms for section in sections for each in section.values()]
    yield from ((documents.API_GATEWAY, f"{api}/*/*", None) for each in timeouts if function in each)
    deciding = [{route.authorizer_function for route in each.routes} for each in plan.apis.values()]
    deciding += [{each.authorizer_function} for each in plan.sockets.values()]
    yield from ((documents.API_GATEWAY, f"{api}/authorizers/{AUTHORIZER_ID}", None) for each in deciding if function in each)
    for rule in plan.rules.values():
        if rule.function == function:
            yield documents.EVENTS, assigned_arn(plan, "events", f"rule/{plan.buses[rule.bus].physical_name}/{rule.physical_name}"), None
    for bucket in plan.buckets.values():
        if any(listener.kind == "function" and listener.name == function for listener in bucket.listeners):
            yield documents.S3, bucket.arn, plan.account_id


def _of_rotation(plan: WorkloadPlan, function: FunctionPlan) -> Iterator[Invoker]:
    for secret, rotation in plan.rotations.items():
        if rotation.function is function:
            yield documents.SECRETS, plan.secrets[secret].arn + SECRET_SUFFIX, plan.account_id


def _queues(plan: WorkloadPlan) -> Iterator[LimitPlan]:
    for name, queue in plan.queues.items():
        for physical, arn in ((queue.physical_name, queue.arn), (queue.dead_letter_name, queue.dead_letter_arn)):
            admitted = [documents.admit(documents.SNS, arn, [queue.topic_arn])] if queue.topic_arn else []
            yield _limit("queue", physical, f"queues.{name}", len(json.dumps(documents.queue_policy(arn, admitted))))
    for name, function in plan.functions.items():
        if function.failures:
            document = documents.failures_policy(function.failures.arn, function.failures.source_arns)
            yield _limit("queue", function.failures.physical_name, f"functions.{name}.triggers", len(json.dumps(document)))
    for feature, part in plan.features.items():
        for it in parts_of(FunctionPlan, part):
            if it.failures:
                size = len(json.dumps(documents.failures_policy(it.failures.arn, it.failures.source_arns)))
                yield _limit("queue", it.failures.physical_name, f"phase ({feature})", size)
    for name, bus in plan.buses.items():
        document = documents.failures_policy(bus.dead_letters.arn, bus.dead_letters.source_arns)
        yield _limit("queue", bus.dead_letters.physical_name, f"buses.{name}", len(json.dumps(document)))


def _told(plan: WorkloadPlan, settings: Settings, kind: str, name: str, variable: str) -> str:
    """The value of a variable that names a resource, as long as it is on AWS."""
    host = f"{plan.region}.amazonaws.com"
    match kind:
        case "identity":
            return _identity(settings, variable)
        case "socket":
            return f"https://{API_ID}.execute-api.{host}/{plan.sockets[name].stage}"
        case "url":
            return f"https://{API_ID}.execute-api.{host}" + (f"/{plan.rest_apis[name].stage}" if name in plan.rest_apis else "")
        case "secret" if name not in plan.secrets:  # of a feature
            return naming.secret_name(settings, plan.name, name)
        case "queue":
            return f"https://sqs.{host}/{plan.account_id}/{plan.queues[name].physical_name}"
        case "topic":
            return plan.topics[name].arn
        case "workflow":
            return plan.workflows[name].arn
        case "function":
            return f"{plan.functions[name].arn}:{lambda_.ALIAS}"
    sections: dict[str, Mapping[str, Any]] = {
        "table": plan.tables, "bucket": plan.buckets, "bus": plan.buses, "stream": plan.streams, "secret": plan.secrets, "parameter": plan.parameters,
    }  # fmt: skip
    physical: str = sections[kind][name].physical_name
    return physical


def _identity(settings: Settings, variable: str) -> str:
    identity = settings.identity
    issuer = identity.issuer or f"https://cognito-idp.{settings.region}.amazonaws.com/{settings.region}_{POOL_ID}"
    return {
        environment.TOKEN_ISSUER: issuer,
        environment.TOKEN_AUDIENCES: ",".join(identity.audiences) or CLIENT_ID,
        environment.JWKS_URL: f"{issuer}/.well-known/jwks.json",
    }[variable]
