"""Smoke checks after an update, and what a person needs to try the platform: URLs, a token, a `curl` line."""

import contextlib
import json
import re
import shlex
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local.cloud import Cloud
from local.denials import denials, marked
from local.paths import LOCAL, ROOT
from local.steps import Refusal
from platform_contract.inventory import ApiEntry, Inventory
from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.planning import plan_workload

USER = "demo@example.com"
PASSWORD = "Local-only-1!"
"""Of every user in the emulator's pool: there is nothing behind it."""

SHOWN = 3
"""Names of what is not emulated, of each type."""
CALLS = 4
"""Of an example that is answered with 5xx, before it counts as broken."""
REFUSED = {"iam": 403, "key": 403}
"""Authorizer -> what API Gateway answers a caller who proves nothing; the others answer 401."""


@dataclass
class Access:
    """How to reach a stack on the embedded cloud."""

    cloud: Cloud
    inventory: Inventory

    def url(self, api_id: str, stage: str) -> str:
        """The local address of an API: there is no wildcard DNS here, so not `{id}.execute-api...`."""
        return f"{self.cloud.endpoint}/_aws/execute-api/{api_id}/{stage}"

    @cached_property
    def token(self) -> str:
        """An access token of the managed user pool for the demo user."""
        return self.token_for(USER)

    def token_for(self, user: str, *groups: str) -> str:
        """An access token of the managed user pool for `user`, who is made if needed and put into `groups`, which are made too."""
        identity = self.inventory.identity
        if not identity.user_pool_id or not identity.client_id:
            raise Refusal(f"the stack's identity is not managed here: get a token from its own issuer, {identity.issuer}")
        cognito, pool = self.cloud.client("cognito-idp"), {"UserPoolId": identity.user_pool_id}
        with contextlib.suppress(cognito.exceptions.UsernameExistsException):
            cognito.admin_create_user(**pool, Username=user, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**pool, Username=user, Password=PASSWORD, Permanent=True)
        for group in groups:
            with contextlib.suppress(cognito.exceptions.GroupExistsException):
                cognito.create_group(**pool, GroupName=group)
            cognito.admin_add_user_to_group(**pool, Username=user, GroupName=group)
        answer = cognito.admin_initiate_auth(
            **pool, ClientId=identity.client_id, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
        )  # fmt: skip
        return answer["AuthenticationResult"]["AccessToken"]

    def key(self, api: ApiEntry) -> dict[str, str]:
        """The header by which the first client of a REST API calls it; empty for an API without clients."""
        for key_id in api.key_ids.values():
            return {"x-api-key": self.cloud.client("apigateway").get_api_key(apiKey=key_id, includeValue=True)["value"]}
        return {}

    def request(
        self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None, token: bool = True
    ) -> tuple[int, Any]:
        """One HTTP call; (status, parsed body). A refused connection is status 0."""
        sent = {"content-type": "application/json", **(headers or {})}
        if token:
            sent["authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, decode(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, decode(error.read())
        except OSError as error:
            return 0, str(error)


def decode(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")


def smoke(access: Access) -> str:
    """Every API refuses a call without a token where it should, every example of a route is answered with 2xx, every
    function is active, and none was denied anything. Raises Refusal with everything that was not so, and with what the log of
    the function at fault says."""
    wrong, checked, late = [], 0, 0
    began = time.time()
    answers_before = marked(LOCAL)
    lambdas = access.cloud.client("lambda")
    for name, workload in access.inventory.workloads.items():
        for function in workload.functions.values():
            checked += 1
            state = lambdas.get_function(FunctionName=function.physical_name, Qualifier="live")["Configuration"]["State"]
            if state != "Active":
                wrong.append(f"{name}: function {function.physical_name}:live is {state}")
        for api in workload.apis.values():
            base = access.url(api.api_id, api.stage)
            for route in api.routes if api.kind in ("http", "rest") else ():
                method, path = route.route.split(" ", 1)
                url = base + path.replace("{", "smoke-").replace("}", "")
                if route.authorizer != "none":
                    checked += 1
                    status, body = access.request(method, url, token=False)
                    refused = REFUSED.get(route.authorizer, 401)
                    if status != refused:
                        wrong.append(f"{name}: {route.route} without proof of the caller is answered with {status}, not {refused}: {body}")
                if route.example is not None:
                    checked += 1
                    status, body, calls = example(access, method, url, route.example, access.key(api))
                    late += calls > 1
                    if not 200 <= status < 300:
                        wrong.append(f"{name}: {route.route} with its example is answered with {status}: {body}")
                        wrong += log_of(access, name, route.function, began)
    wrong += denied(access, answers_before)
    if wrong:
        raise Refusal("the stack is up, but does not answer as it should:\n  " + "\n  ".join(wrong))
    return f"{checked} passed" + (f", {late} of them when called again" if late else "")


def example(access: Access, method: str, url: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, int]:
    """(status, body, calls) of the example of a route. What is answered with 5xx is sent again with the same idempotency key, as a
    client should: the first call starts every process behind the route, which takes a busy machine longer than callers wait."""
    sent = {"idempotency-key": uuid.uuid4().hex, **headers}
    for call in range(1, CALLS + 1):
        status, told = access.request(method, url, body, sent)
        if 0 < status < 500 or call == CALLS:
            break
        time.sleep(call)
    return status, told, call


LOGGED = 30
"""Lines of a log that a failed check shows, at most."""


def log_of(access: Access, workload: str, function: str, since: float) -> list[str]:
    """What the function logged since then (seconds since 1970) that is no START, END or REPORT: errors first, else all."""
    logs, group = access.cloud.client("logs"), access.inventory.workloads[workload].functions[function].log_group
    messages: list[str] = []
    with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=int(since * 1000)):
            messages += [event["message"].rstrip() for event in page["events"] if not event["message"].startswith(PLATFORM_LINES)]
    lines = list(dict.fromkeys(line for message in messages for line in own_frames(_readable(message))))[-LOGGED:]
    return [f"    its log: {line}" for line in lines] + [f"    all of it: make logs FUNCTION={workload}/{function}"]


PLATFORM_LINES = ("START RequestId", "END RequestId", "REPORT RequestId")


def _readable(message: str) -> list[str]:
    """An error of the logger as its message and traceback; other JSON not at all; plain text, such as a traceback, as it is."""
    try:
        told = json.loads(message)
    except ValueError:
        return message.splitlines()
    if not isinstance(told, dict) or told.get("level") not in ("ERROR", "CRITICAL", "WARNING"):
        return []
    reason = f": {told['reason']}" if told.get("reason") else ""
    return [f"{told['level']} {told.get('message', '')}{reason}", *str(told.get("exception", "")).splitlines()]


_FRAME = re.compile(r'\s*File "(?P<file>[^"]+)"(?P<where>, line \d+.*)')
_UNPACKED = re.compile(r".*/ministack-lambda-[^/]+/code/")


def own_frames(lines: list[str]) -> list[str]:
    """A traceback with the handlers' own frames alone, their files named as in this folder; other text as it is."""
    kept, own = [], True
    for line in lines:
        if found := _FRAME.match(line):
            own = bool(_UNPACKED.match(found["file"]))
            line = f'  {_UNPACKED.sub("handlers/", found["file"])}{found["where"]}'
        elif line[:1].strip():
            own = True
        if own and line.strip(" ^~"):
            kept.append(line)
    return kept


def denied(access: Access, since: int) -> list[str]:
    """Permissions that are missing, as far as the calls of this run showed."""
    settings = stack_settings(ROOT, access.inventory.environment)
    manifests = load_manifests(ROOT / "workloads", settings)
    plans = [plan_workload(manifests[name], settings) for name in access.inventory.workloads if name in manifests]
    return denials(access.cloud, LOCAL, plans, ROOT / "workloads", since)


def try_it(access: Access, not_emulated: dict[str, list[str]]) -> str:
    """The closing lines of `make up`: URLs, one `curl` that works when pasted, and what is not emulated."""
    lines, curl = [""], ""
    for name, workload in access.inventory.workloads.items():
        for api in workload.apis.values():
            base = access.url(api.api_id, api.stage)
            if api.kind == "graphql":
                lines.append(f"  {name:12} graphql {access.cloud.endpoint}/v1/apis/{api.api_id}/graphql")
                continue
            if api.kind == "websocket":
                lines.append(f"  {name:12} socket {base.replace('http://', 'ws://')}")
                continue
            if api.distribution:
                lines.append(f"  {name:12} cdn    {api.distribution.url}, not emulated: come by the addresses of its API")
            for route in api.routes:
                method, path = route.route.split(" ", 1)
                lines.append(f"  {name:12} {method:6} {base}{path}")
                if route.example is not None and not curl:
                    filled = re.sub(r"[{}]", "", path)
                    curl = " \\\n  ".join([
                        f"curl -i -X {method} {shlex.quote(base + filled)}",
                        "-H 'content-type: application/json'",
                        f"-H 'idempotency-key: {uuid.uuid4().hex[:12]}'",
                        f"-H 'authorization: Bearer {access.token}'",
                        f"-d {shlex.quote(json.dumps(route.example))}",
                    ])  # fmt: skip
        for queue in workload.queues.values():
            lines.append(f"  {name:12} queue  {queue.physical_name}")
    if curl:
        lines += ["", "Try it:", "", curl]
    if not_emulated:
        count = sum(map(len, not_emulated.values()))
        lines += ["", f"Declared, not emulated ({count}; all of them by name: .local/not-emulated.jsonl):"]
        lines += [f"  {len(names):4} {kind}: {', '.join(names[:SHOWN])}{', ...' * (len(names) > SHOWN)}" for kind, names in sorted(not_emulated.items())]
        if any(kind.startswith("aws:wafv2/") for kind in not_emulated):
            lines.append("  Firewalls are made and refuse nobody: the embedded cloud applies none of their rules.")
    return "\n".join(lines)
