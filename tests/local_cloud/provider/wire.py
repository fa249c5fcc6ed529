"""The provider as the engine has it: a process of its own, spoken to over gRPC."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from aws_provider.wire import SIGNATURE, from_struct, to_struct

ROOT = Path(__file__).resolve().parents[3]
ACCOUNT, REGION = "000000000000", "eu-west-1"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
ASSET = "c44067f5952c0a294b673a41bacd8c17"


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:local::serverless-platform::{token}::{name}"


def assets(**files: str) -> dict[str, Any]:
    """An AssetArchive as the engine sends it."""
    inner = {name: {SIGNATURE: ASSET, "text": text} for name, text in files.items()}
    return {SIGNATURE: ARCHIVE, "assets": inner}


def zip_at(path: Path) -> dict[str, Any]:
    return {SIGNATURE: ARCHIVE, "path": str(path)}


@dataclass
class Provider:
    """Stub of one configured provider process."""

    process: subprocess.Popen[str]
    stub: Any
    channel: grpc.Channel
    first_line: str
    environment: dict[str, str] = field(default_factory=dict)

    def configure(self, **arguments: Any) -> Any:
        import json

        sent = {key: value if isinstance(value, str) else json.dumps(value) for key, value in arguments.items()}
        return self.stub.Configure(provider_pb2.ConfigureRequest(args=to_struct(sent), acceptSecrets=True))

    def check_config(self, **arguments: Any) -> list[tuple[str, str]]:
        import json

        sent = {key: value if isinstance(value, str) else json.dumps(value) for key, value in arguments.items()}
        answer = self.stub.CheckConfig(provider_pb2.CheckRequest(urn=urn("pulumi:providers:aws", "aws"), news=to_struct(sent)))
        return [(each.property, each.reason) for each in answer.failures]

    def check(
        self, token: str, inputs: Mapping[str, Any], name: str = "it", olds: Mapping[str, Any] | None = None
    ) -> tuple[dict, list[tuple[str, str]]]:
        request = provider_pb2.CheckRequest(
            urn=urn(token, name), news=to_struct(dict(inputs)), olds=to_struct(dict(olds or {})), randomSeed=b"seed"
        )
        answer = self.stub.Check(request)
        return from_struct(answer.inputs), [(each.property, each.reason) for each in answer.failures]

    def checked(self, token: str, inputs: Mapping[str, Any], name: str = "it", olds: Mapping[str, Any] | None = None) -> dict:
        result, failures = self.check(token, inputs, name, olds)
        assert failures == []
        return result

    def diff(self, token: str, id: str, state: dict, old: dict, new: dict, ignore: tuple[str, ...] = (), name: str = "it") -> Any:
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                urn=urn(token, name),
                id=id,
                olds=to_struct(state),
                old_inputs=to_struct(old),
                news=to_struct(new),
                ignoreChanges=ignore,
            )
        )

    def create(self, token: str, inputs: dict, name: str = "it", preview: bool = False) -> tuple[str, dict]:
        answer = self.stub.Create(provider_pb2.CreateRequest(urn=urn(token, name), properties=to_struct(inputs), preview=preview))
        return answer.id, from_struct(answer.properties)

    def make(self, token: str, inputs: dict, name: str = "it") -> tuple[str, dict, dict]:
        """Check and Create: id, properties, checked inputs."""
        checked = self.checked(token, inputs, name)
        return (*self.create(token, checked, name), checked)

    def read(
        self, token: str, id: str, state: dict | None = None, inputs: dict | None = None, name: str = "it"
    ) -> tuple[str, dict, dict]:
        answer = self.stub.Read(
            provider_pb2.ReadRequest(
                urn=urn(token, name), id=id, properties=to_struct(state or {}), inputs=to_struct(inputs or {})
            )
        )
        return answer.id, from_struct(answer.properties), from_struct(answer.inputs)

    def update(self, token: str, id: str, state: dict, old: dict, new: dict, name: str = "it", preview: bool = False) -> dict:
        answer = self.stub.Update(
            provider_pb2.UpdateRequest(
                urn=urn(token, name),
                id=id,
                olds=to_struct(state),
                old_inputs=to_struct(old),
                news=to_struct(new),
                preview=preview,
            )
        )
        return from_struct(answer.properties)

    def delete(self, token: str, id: str, state: dict, name: str = "it") -> None:
        self.stub.Delete(provider_pb2.DeleteRequest(urn=urn(token, name), id=id, properties=to_struct(state)))

    def stop(self) -> None:
        self.channel.close()
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


def start(**environment: str) -> Provider:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "SERVERLESS_PLATFORM_"))}
    env |= {"PYTHONPATH": str(ROOT / "local"), **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "aws_provider", "127.0.0.1:1"], env=env, cwd="/", stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline().strip()
    channel = grpc.insecure_channel(f"127.0.0.1:{first}")
    return Provider(process, provider_pb2_grpc.ResourceProviderStub(channel), channel, first, env)


def half_made(error: grpc.RpcError) -> Any:
    """The detail of an error that says: made, but not wholly."""
    found = dict(error.trailing_metadata())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(found)
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    return detail
