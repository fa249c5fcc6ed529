"""What the roles of the embedded cloud may do, and what they were seen to do: facts for `access_report.py`."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from local.cloud import Cloud

_SUFFIX = re.compile(r"(/index/\*|/stream/\*|/\*|:\*)$")
"""What follows a resource's ARN where a statement is about the things in it: `table/x` and `table/x/index/*` are one."""


class Call(NamedTuple):
    """One thing that a role asked for, as the recorder wrote it down."""

    role: str
    action: str
    resource: str
    decision: str
    """Allow; Deny (by a statement); ImplicitDeny (no statement of the role, or none of its boundary, allows it)."""


class Grant(NamedTuple):
    """One action that a role may do on one resource."""

    role: str
    action: str
    resources: tuple[str, ...]
    """ARN patterns of one statement that are about the same resource."""
    through: str = ""
    """The service that must do it on the role's behalf (`kms:ViaService`), without region and domain."""

    def covers(self, call: Call) -> bool:
        return (
            call.role == self.role
            and fnmatchcase(call.action.lower(), self.action.lower())
            and any(fnmatchcase(call.resource, pattern) for pattern in self.resources)
        )

    @property
    def resource(self) -> str:
        return _SUFFIX.sub("", self.resources[0])


@dataclass
class Role:
    """A role, and what services do in its name."""

    name: str
    principals: frozenset[str]
    """Who may take it, such as lambda.amazonaws.com."""
    sources: set[str] = field(default_factory=set)
    """ARNs that event source mappings of its functions read from."""
    destinations: set[str] = field(default_factory=set)
    """ARNs to which Lambda sends what its functions failed on."""
    services: set[str] = field(default_factory=set)
    """Services of which it may do anything but use keys: s3, sqs ..."""
    told: list[str] = field(default_factory=list)
    """What services other than Lambda were told to do with it: the JSON texts of their resources."""
    asked: set[tuple[str, str]] = field(default_factory=set)
    """(action, ARN) of what code asks for that a service runs with it."""

    @property
    def is_of_functions(self) -> bool:
        """Whether functions run under it: the only roles under which the embedded cloud asks IAM."""
        return self.principals == {"lambda.amazonaws.com"}


def recorded(path: Path) -> list[Call]:
    """The recorder's file. A line that is being written just now is left out."""
    text = path.read_text() if path.exists() else ""
    whole, _, _ = text.rpartition("\n")
    return [Call(**json.loads(line)) for line in whole.splitlines()]


def grants_of(role: str, document: dict[str, Any]) -> Iterator[Grant]:
    """The grants of one policy document; Deny statements grant nothing."""
    for statement in _list(document["Statement"]):
        if statement["Effect"] != "Allow":
            continue
        by_resource: dict[str, list[str]] = {}
        for pattern in _list(statement["Resource"]):
            by_resource.setdefault(_SUFFIX.sub("", pattern), []).append(pattern)
        via = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "")
        for action in _list(statement["Action"]):
            for patterns in by_resource.values():
                yield Grant(role, action, tuple(patterns), str(via).partition(".")[0])


def granted(cloud: Cloud) -> list[Grant]:
    """What every role of the account may do, from its inline and its attached policies."""
    client = cloud.client("iam")
    found: list[Grant] = []
    for name in _role_names(client):
        for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
            found += grants_of(name, client.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
        for attached in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            document = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            found += grants_of(name, document)
    return found


def roles(cloud: Cloud) -> dict[str, Role]:
    """The account's roles with what Lambda does in their names."""
    client, lambdas = cloud.client("iam"), cloud.client("lambda")
    found = {name: _role(client, name) for name in _role_names(client)}
    of_function = {}
    for page in lambdas.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            of_function[function["FunctionName"]] = function["Role"].rpartition("/")[2]
    for page in lambdas.get_paginator("list_event_source_mappings").paginate():
        for mapping in page["EventSourceMappings"]:
            role = found[of_function[mapping["FunctionArn"].split(":")[6]]]
            role.sources.add(mapping["EventSourceArn"])
            role.destinations |= _destinations(mapping)
    for function, name in of_function.items():
        for asynchronous in lambdas.list_function_event_invoke_configs(FunctionName=function)["FunctionEventInvokeConfigs"]:
            found[name].destinations |= _destinations(asynchronous)
    for name, text in _told(cloud):
        if name in found:
            found[name].told.append(text)
    for name, action, arn in _asked(cloud):
        if name in found:
            found[name].asked.add((action, arn))
    return found


def _told(cloud: Cloud) -> Iterator[tuple[str, str]]:
    """(role, JSON text) of every resource that makes a service act under a role. A service that is missing here makes the
    grants of its roles unused, which the report then says."""
    schedules, states = cloud.client("scheduler"), cloud.client("stepfunctions")
    for api in cloud.client("appsync").list_graphql_apis()["graphqlApis"]:
        if log := api.get("logConfig"):
            yield log["cloudWatchLogsRoleArn"].rpartition("/")[2], json.dumps(log)
    appconfig = cloud.client("appconfig")
    for application in appconfig.list_applications()["Items"]:
        for environment in appconfig.list_environments(ApplicationId=application["Id"])["Items"]:
            for monitor in environment.get("Monitors") or []:
                yield monitor["AlarmRoleArn"].rpartition("/")[2], json.dumps(monitor)
    for page in schedules.get_paginator("list_schedules").paginate():
        for each in page["Schedules"]:
            target = schedules.get_schedule(Name=each["Name"], GroupName=each["GroupName"])["Target"]
            yield target["RoleArn"].rpartition("/")[2], json.dumps(target)
    for page in states.get_paginator("list_state_machines").paginate():
        for each in page["stateMachines"]:
            machine = states.describe_state_machine(stateMachineArn=each["stateMachineArn"])
            del machine["ResponseMetadata"]
            yield machine["roleArn"].rpartition("/")[2], json.dumps(machine, default=str)


_OPERATION = re.compile(r"\boperation:\s*'(\w+)'")
"""In the code of an AppSync function: what it asks of its table."""


def _asked(cloud: Cloud) -> Iterator[tuple[str, str, str]]:
    """(role, action, ARN) of every operation in the code of AppSync's functions and resolvers on a table."""
    appsync = cloud.client("appsync")
    for api in appsync.list_graphql_apis()["graphqlApis"]:
        about = {"apiId": api["apiId"]}
        code: dict[str, list[str]] = {}
        for function in appsync.list_functions(**about)["functions"]:
            code.setdefault(function["dataSourceName"], []).append(function.get("code", ""))
        for kind in appsync.list_types(**about, format="SDL")["types"]:
            for resolver in appsync.list_resolvers(**about, typeName=kind["name"])["resolvers"]:
                code.setdefault(resolver.get("dataSourceName", ""), []).append(resolver.get("code", ""))
        for source in appsync.list_data_sources(**about)["dataSources"]:
            table = source.get("dynamodbConfig", {}).get("tableName")
            if table:
                arn = f"arn:aws:dynamodb:{cloud.region}:{cloud.account_id}:table/{table}"
                for operation in _OPERATION.findall("".join(code.get(source["name"], []))):
                    yield source["serviceRoleArn"].rpartition("/")[2], f"dynamodb:{operation}", arn


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _role_names(client: Any) -> Iterable[str]:
    return [role["RoleName"] for page in client.get_paginator("list_roles").paginate() for role in page["Roles"]]


def _role(client: Any, name: str) -> Role:
    trust = client.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    principals = {
        service for statement in trust["Statement"] for service in _list(statement.get("Principal", {}).get("Service", []))
    }  # fmt: skip
    return Role(name, frozenset(principals))


def _destinations(configuration: dict[str, Any]) -> set[str]:
    wanted = (configuration.get("DestinationConfig") or {}).values()
    return {each["Destination"] for each in wanted if each and each.get("Destination")}
