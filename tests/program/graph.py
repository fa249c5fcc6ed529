"""The whole program under Pulumi's mocks: what it sent to the engine, as a graph that tests can walk."""

import asyncio
import json
import runpy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.runtime import mocks, resource, rpc, settings
from pulumi.runtime.config import set_all_config
from pulumi.runtime.proto import engine_pb2, source_pb2
from pulumi.runtime.stack import run_in_stack

from platform_contract.platform.guardrails import QUESTION_NAME, QUESTION_TYPE, Answer, Nonce, digest, leave

ROOT = Path(__file__).parents[2]
POLICIES = digest(ROOT / "policies")


@dataclass
class Node:
    """One registration as the engine received it."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    properties: dict[str, Any]
    dependencies: list[str]
    property_dependencies: dict[str, list[str]]
    protect: bool
    provider: str
    ignore_changes: list[str]
    outputs: dict[str, Any] = field(default_factory=dict)
    registered_outputs: dict[str, Any] | None = None

    @cached_property
    def kind(self) -> str:
        """The type without package and class: lambda/function, or the class of one of our components."""
        parts = self.type.split(":")
        return parts[1] if parts[0] == "aws" and len(parts) == 3 else parts[-1]

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Properties with secrets unwrapped."""
        return _plain(self.properties)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if rpc._special_sig_key in value and "value" in value:
            return _plain(value["value"])
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


@dataclass
class Graph:
    """All registrations of one run."""

    nodes: list[Node]
    exports: dict[str, Any]
    log: list[str]

    def all(self, kind: str) -> list[Node]:
        return list(self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.kind, []).append(node)
        return found

    def one(self, kind: str, name: str) -> Node:
        found = [node for node in self.all(kind) if node.name == name]
        assert len(found) == 1, f"{kind} {name}: {len(found)} of {[node.name for node in self.all(kind)]}"
        return found[0]

    @cached_property
    def by_urn(self) -> dict[str, Node]:
        return {node.urn: node for node in self.nodes}

    def comes_after(self, later: Node, earlier: Node) -> bool:
        """Whether the engine makes `later` after `earlier`, by dependencies of any length."""
        seen: set[str] = set()
        todo = [later.urn]
        while todo:
            for urn in self.by_urn[todo.pop()].dependencies:
                if urn == earlier.urn:
                    return True
                if urn not in seen and urn in self.by_urn:
                    seen.add(urn)
                    todo.append(urn)
        return False

    def under(self, node: Node) -> Iterable[Node]:
        """Everything that has `node` as parent or grandparent."""
        return [each for each in self.nodes if self._has_ancestor(each, node.urn)]

    def _has_ancestor(self, node: Node, urn: str) -> bool:
        while node.parent in self.by_urn:
            if node.parent == urn:
                return True
            node = self.by_urn[node.parent]
        return False


class Cloud(mocks.Mocks):
    """Answers as AWS would: ids and ARNs. At preview, what AWS assigns is unknown."""

    def __init__(self, account: str, region: str, preview: bool, judged: bool = True) -> None:
        self.account, self.region, self.preview, self.judged = account, region, preview, judged

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(f"the program must not ask AWS anything, but it called {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        known, assigned = self._answer(args)
        if self.preview:
            assigned = dict.fromkeys(assigned, rpc.UNKNOWN)
        identity = "" if self.preview else f"{args.name}-id"
        return identity, {**args.inputs, **known, **assigned}

    def _answer(self, args: mocks.MockResourceArgs) -> tuple[dict[str, Any], dict[str, Any]]:
        """(outputs that follow from names, outputs that AWS assigns)."""
        at, name = f"{args.inputs.get('region') or self.region}:{self.account}", args.inputs.get("name", "")
        kind = args.typ.split(":")[1] if args.typ.startswith("aws:") else args.typ
        match kind:
            case "kms/key":
                return {}, {"arn": f"arn:aws:kms:{at}:key/{args.name}", "keyId": args.name}
            case "iam/role":
                return {"arn": f"arn:aws:iam::{self.account}:role/{name}"}, {}
            case "cloudwatch/logGroup":
                return {"arn": f"arn:aws:logs:{at}:log-group:{name}"}, {}
            case "lambda/function":
                return {"arn": f"arn:aws:lambda:{at}:function:{name}"}, {"version": "1"}
            case "lambda/layerVersion":
                return {}, {"arn": f"arn:aws:lambda:{at}:layer:{args.inputs['layerName']}:1"}
            case "lambda/alias":
                arn = f"arn:aws:lambda:{at}:function:{args.inputs['functionName']}:{name}"
                path = f"2015-03-31/functions/{arn}/invocations"
                return {"arn": arn, "invokeArn": f"arn:aws:apigateway:{self.region}:lambda:path/{path}"}, {}
            case "lambda/eventSourceMapping":
                return {}, {"uuid": f"{args.name}-uuid"}
            case "dynamodb/table":
                arn = f"arn:aws:dynamodb:{at}:table/{name}"
                return {"arn": arn}, {"streamArn": f"{arn}/stream/2026-01-01T00:00:00.000"} if args.inputs.get("streamEnabled") else {}
            case "sqs/queue":
                return {"arn": f"arn:aws:sqs:{at}:{name}"}, {
                    "url": f"https://sqs.{self.region}.amazonaws.com/{self.account}/{name}"
                }
            case "s3/bucket":
                return {"arn": f"arn:aws:s3:::{args.inputs['bucket']}"}, {}
            case "sns/topic":
                return {"arn": f"arn:aws:sns:{at}:{name}"}, {}
            case "apigatewayv2/api":
                identity, scheme = f"{args.name}-id", "wss" if args.inputs["protocolType"] == "WEBSOCKET" else "https"
                return {}, {
                    "apiEndpoint": f"{scheme}://{identity}.execute-api.{self.region}.amazonaws.com",
                    "executionArn": f"arn:aws:execute-api:{at}:{identity}",
                }
            case "apigateway/restApi":
                identity = f"{args.name}-id"
                return {}, {"executionArn": f"arn:aws:execute-api:{at}:{identity}", "rootResourceId": f"{args.name}-root"}
            case "apigateway/stage":
                host = f"{args.inputs['restApi']}.execute-api.{self.region}.amazonaws.com"
                arn = f"arn:aws:apigateway:{self.region}::/restapis/{args.inputs['restApi']}/stages/{args.inputs['stageName']}"
                return {}, {"invokeUrl": f"https://{host}/{args.inputs['stageName']}", "arn": arn}
            case "wafv2/webAcl":
                scope = "global" if args.inputs["scope"] == "CLOUDFRONT" else "regional"
                return {}, {"arn": f"arn:aws:wafv2:{at}:{scope}/webacl/{name}/{args.name}-id"}
            case "cloudfront/distribution":
                return {}, {"arn": f"arn:aws:cloudfront::{self.account}:distribution/{args.name}-id", "domainName": f"{args.name}.cloudfront.net"}
            case "cloudwatch/eventBus":
                return {"arn": f"arn:aws:events:{at}:event-bus/{name}"}, {}
            case "cloudwatch/eventRule":
                return {"arn": f"arn:aws:events:{at}:rule/{args.inputs['eventBusName']}/{name}"}, {}
            case "appsync/graphQLApi":
                uris = {"GRAPHQL": f"https://{args.name}-id.appsync-api.{self.region}.amazonaws.com/graphql"}
                return {}, {"uris": uris, "arn": f"arn:aws:appsync:{at}:apis/{args.name}-id"}
            case "appsync/function":
                return {}, {"functionId": f"{args.name}-id"}
            case "sfn/stateMachine":
                return {"arn": f"arn:aws:states:{at}:stateMachine:{name}"}, {}
            case "secretsmanager/secret":
                return {}, {"arn": f"arn:aws:secretsmanager:{at}:secret:{name}-AbCdEf"}
            case "scheduler/scheduleGroup":
                return {"arn": f"arn:aws:scheduler:{at}:schedule-group/{name}"}, {}
            case "kinesis/stream":
                return {"arn": f"arn:aws:kinesis:{at}:stream/{name}"}, {}
            case "cloudwatch/metricAlarm":
                return {"arn": f"arn:aws:cloudwatch:{at}:alarm:{name}"}, {}
            case "appconfig/environment":
                return {}, {"environmentId": f"{args.name}-environment"}
            case "appconfig/configurationProfile":
                return {}, {"configurationProfileId": f"{args.name}-profile"}
            case "appconfig/hostedConfigurationVersion":
                return {}, {"versionNumber": 1.0}
            case "cognito/userPool":
                # The ARN ends with the id, so it is assigned as well: a client or an API of a new pool cannot know it.
                return {}, {
                    "arn": f"arn:aws:cognito-idp:{at}:userpool/{args.name}-id",
                    "endpoint": f"cognito-idp.{self.region}.amazonaws.com/{args.name}-id",
                }
        return {}, {}


class Recorder(mocks.MockMonitor):
    """Keeps the requests themselves: the SDK's mocks do not see parents, dependencies and options."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.cloud = cloud
        self.nodes: list[Node] = []
        self.exports: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:
        if self.cloud.judged and (request.type, request.name) == (QUESTION_TYPE, QUESTION_NAME):
            asked = request.customTimeouts
            leave(Nonce(tuple(int(each.removesuffix("s")) for each in (asked.create, asked.update, asked.delete))), Answer(POLICIES))
        response = super().RegisterResource(request)
        if request.type == "pulumi:pulumi:Stack":
            return response
        node = Node(
            urn=response.urn, type=request.type, name=request.name, custom=request.custom, parent=request.parent,
            properties=rpc.deserialize_properties(request.object, keep_unknowns=True), dependencies=list(request.dependencies),
            property_dependencies={key: list(value.urns) for key, value in request.propertyDependencies.items()},
            protect=request.protect, provider=request.provider, ignore_changes=list(request.ignoreChanges),
            outputs=rpc.deserialize_properties(response.object, keep_unknowns=True),
        )  # fmt: skip
        self.nodes.append(node)
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:
        outputs = rpc.deserialize_properties(request.outputs, keep_unknowns=True)
        if "pulumi:pulumi:Stack" in request.urn.split("::")[2].split("$")[-1]:
            self.exports = outputs
        for node in self.nodes:
            if node.urn == request.urn:
                node.registered_outputs = outputs
        return super().RegisterResourceOutputs(request)


class Engine(mocks.MockEngine):
    """Keeps what the program logs."""

    def __init__(self) -> None:
        super().__init__(None)
        self.messages: list[str] = []

    def Log(self, request: Any) -> Any:
        if request.severity >= engine_pb2.WARNING:
            self.messages.append(request.message)
        return super().Log(request)


def stack_config(stack: str, root: Path = ROOT) -> dict[str, Any]:
    """The stack file's configuration, as written."""
    return dict(yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text())["config"])


def as_engine_passes(config: dict[str, Any]) -> dict[str, str]:
    """As the engine passes it: every value as text, structures as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value) if not isinstance(value, bool) else str(value).lower()
        for key, value in config.items()
    }


def run_program(
    stack: str, *, preview: bool = False, config: dict[str, Any] | None = None, program: Path | None = None,
    judged: bool = True, nodes: list[Node] | None = None,
) -> Graph:  # fmt: skip
    """Runs the program as the language host would, with the settings of `stack`; exceptions of the program pass through.

    judged: whether guardrails answer the handshake. nodes: filled as resources are registered, for runs that fail.
    """
    config = stack_config(stack) if config is None else config
    account = str(config.get("serverless-platform:account_id", "000000000000"))
    region = str(config.get("serverless-platform:region", "eu-west-1"))
    return run(lambda: runpy.run_path(str(program or ROOT / "__main__.py"), run_name="__main__") and None,
               stack=stack, preview=preview, config=config, account=account, region=region, judged=judged, nodes=nodes)  # fmt: skip


def run(
    program: Callable[[], Any], *, stack: str = "test", preview: bool = False, config: dict[str, Any] | None = None,
    account: str = "111111111111", region: str = "eu-west-1", judged: bool = True, nodes: list[Node] | None = None,
) -> Graph:  # fmt: skip
    """Runs any function that registers resources; what it registered."""

    async def go() -> Graph:
        recorder, engine = Recorder(Cloud(account, region, preview, judged)), Engine()
        if nodes is not None:
            recorder.nodes = nodes
        # Not set_mocks: it registers a stack of its own, and run_in_stack then refuses to make the program's.
        settings.reset_options()
        settings.configure(mocks.MockSettings(
            monitor=recorder, monitor_features=set(recorder.GetDeploymentInfo(None).supportedFeatures), engine=engine,
            project="serverless-platform", stack=stack, dry_run=preview, organization=None, callbacks=None,
        ))  # fmt: skip
        set_all_config(as_engine_passes(config or {}))
        try:
            await run_in_stack(program)
        finally:
            settings.reset_options()
        return Graph(recorder.nodes, recorder.exports, engine.messages)

    with pytest.MonkeyPatch.context() as patched:
        # Where in a program a resource stands is no part of its graph, and to find out is a sixth of the work.
        patched.setattr(resource, "_get_stack_trace", source_pb2.StackTrace)
        return asyncio.run(go())
