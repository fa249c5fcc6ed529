"""How the engine talks to a policy pack: requests built from a case, answers as (policy, level, message)."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from guardrails.rule import Given
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerStub

from platform_contract.platform.guardrails import QUESTION_NAME, QUESTION_TYPE, Answer, Nonce, take

POLICIES = Path(__file__).resolve().parents[2] / "policies"
LEVELS = {messages.ADVISORY: "advisory", messages.MANDATORY: "mandatory", messages.REMEDIATE: "remediate"}
STOP_SECONDS = 60


class Told(NamedTuple):
    policy: str
    level: str
    urn: str
    message: str


def without_nones(value: Any) -> Any:
    """Properties as the engine sends them: what is not set is not there."""
    if isinstance(value, Mapping):
        return {key: without_nones(entry) for key, entry in value.items() if entry is not None}
    return [without_nones(entry) for entry in value] if isinstance(value, list) else value


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(without_nones(values), struct_pb2.Struct())


def urn(given: Given, stack: str) -> str:
    return f"urn:pulumi:{stack}::platform::{given.type}::{given.name}"


class Server:
    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder, self._environment = folder, environment

    def __enter__(self) -> "Server":
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(self._folder)], cwd=self._folder,
            env=inherited | self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout and self.process.stderr
        first = self.process.stdout.readline().strip()
        assert first.isdigit(), f"no port on the first line: {first!r} {self.process.stderr.read()}"
        self.channel = grpc.insecure_channel(f"127.0.0.1:{first}")
        self.stub = AnalyzerStub(self.channel)
        self.stub.Configure(messages.ConfigureAnalyzerRequest())
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()
        self.process.terminate()
        self.process.wait(STOP_SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def info(self) -> messages.AnalyzerInfo:
        return self.stub.GetAnalyzerInfo(empty_pb2.Empty())

    def configure_stack(self, dry_run: bool) -> None:
        self.stub.ConfigureStack(messages.AnalyzerStackConfigureRequest(stack="s", project="p", dry_run=dry_run))

    def configure(self, levels: Mapping[str, str]) -> None:
        """As `--policy-pack-config` does: levels by policy, for those that it names."""
        numbers = {"disabled": messages.DISABLED} | {name: number for number, name in LEVELS.items()}
        config = {name: messages.PolicyConfig(enforcementLevel=numbers[level]) for name, level in levels.items()}
        self.stub.Configure(messages.ConfigureAnalyzerRequest(policyConfig=config))

    def analyze(self, given: Given, stack: str) -> list[Told]:
        return told(self.stub.Analyze(_request(messages.AnalyzeRequest, given, stack)))

    def analyze_stack(self, resources: Iterable[Given], stack: str) -> list[Told]:
        resources = list(resources)
        urns = {given.name: urn(given, stack) for given in resources}
        sent = []
        for given in resources:
            resource = _request(messages.AnalyzerResource, given, stack)
            for path, name in given.refers.items():
                resource.propertyDependencies[path].urns.append(urns[name])
            sent.append(resource)
        return told(self.stub.AnalyzeStack(messages.AnalyzeStackRequest(resources=sent)))

    def ask(self, nonce: Nonce, type_: str = QUESTION_TYPE, name: str = QUESTION_NAME) -> list[Answer]:
        """The program's question, and what it finds afterwards."""
        request = _request(messages.AnalyzeRequest, Given(type_, {"input": "?"}, name), "asking")
        asked = request.options.customTimeouts
        asked.create, asked.update, asked.delete = map(float, nonce.parts)
        self.stub.Analyze(request)
        return take(nonce)


def _request(kind: Any, given: Given, stack: str) -> Any:
    request = kind(type=given.type, name=given.name, urn=urn(given, stack), properties=struct(given.props))
    if given.provider is not None:
        request.provider.CopyFrom(
            messages.AnalyzerProviderResource(
                type="pulumi:providers:aws", name="aws", urn=f"urn:pulumi:{stack}::platform::pulumi:providers:aws::aws",
                properties=struct(given.provider),
            )
        )  # fmt: skip
    return request


def told(response: messages.AnalyzeResponse) -> list[Told]:
    return [Told(d.policyName, LEVELS[d.enforcementLevel], d.urn, d.message) for d in response.diagnostics]
