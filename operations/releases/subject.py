"""The workload that is released: its functions' versions, which one is live, and moving that."""

import getpass
import os
import socket
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from operations.clients import Client, is_embedded
from operations.errors import OperationError
from operations.inventory import workload_of
from operations.releases.record import Move, Records, Release
from operations.versions import ALIAS, delete_old, told, versions_of
from platform_contract.inventory import Inventory, ReleaseEntry, WorkloadEntry


@dataclass(frozen=True)
class Live:
    """Where an alias points, and the revision by which nobody else's change is overwritten."""

    version: str
    revision: str


@dataclass(frozen=True)
class Subject:
    """A workload in the phase standardize or later."""

    name: str
    workload: WorkloadEntry
    release: ReleaseEntry
    clients: Client

    @classmethod
    def of(cls, inventory: Inventory, name: str, clients: Client) -> "Subject":
        """Raises OperationError where updates release the workload by themselves."""
        workload = workload_of(inventory, name)
        if workload.release is None:
            raise OperationError(
                f"{name} is in the phase {workload.phase} in {inventory.environment}: every update is live at once, and there is nothing to release; "
                "releases begin with `phase: standardize`"
            )
        return cls(name, workload, workload.release, clients)

    @property
    def lambdas(self) -> Any:
        return self.clients("lambda")

    @property
    def embedded(self) -> bool:
        return is_embedded(self.lambdas)

    @property
    def records(self) -> Records:
        return Records(self.clients("ssm"), self.release.record_name)

    def physical(self, function: str) -> str:
        return self.workload.functions[function].physical_name

    def live(self, function: str) -> Live:
        alias = self.lambdas.get_alias(FunctionName=self.physical(function), Name=ALIAS)
        return Live(alias["FunctionVersion"], alias["RevisionId"])

    def versions(self, function: str) -> dict[str, str]:
        """Number -> digest of its code, oldest first."""
        return versions_of(self.lambdas, self.physical(function))

    def live_code(self, function: str) -> str:
        """Digest of the code that callers reach, its layers included."""
        return self._code(function, ALIAS)

    def newest_code(self, function: str) -> str:
        """Digest of the newest version's code, its layers included."""
        return self._code(function, next(reversed(self.versions(function)), ALIAS))

    def _code(self, function: str, qualifier: str) -> str:
        """Layers by what they hold: their ARNs differ from account to account."""
        runs = self.lambdas.get_function_configuration(FunctionName=self.physical(function), Qualifier=qualifier)
        layers = [self.lambdas.get_layer_version_by_arn(Arn=layer["Arn"])["Content"]["CodeSha256"] for layer in runs.get("Layers", [])]
        return "+".join([runs["CodeSha256"], *layers])

    def firing(self) -> list[str]:
        """Names of the workload's alarms that fire now."""
        pages = self.clients("cloudwatch").get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=self.release.application_name + "-", StateValue="ALARM", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )  # fmt: skip
        found = {each["AlarmName"] for page in pages for kind in ("MetricAlarms", "CompositeAlarms") for each in page.get(kind, [])}
        return sorted(found & set(self.workload.alarms))

    def waiting(self, functions: Iterable[str] | None = None) -> dict[str, Move]:
        """Functions whose newest version is not the one that callers reach."""
        found = {}
        for function in self.workload.functions if functions is None else functions:
            live, versions = self.live(function).version, self.versions(function)
            newest = next(reversed(versions), live)
            if newest != live:
                found[function] = Move(before=live, after=newest, digest=versions[newest])
        return found

    def move(self, function: str, version: str, expected: str) -> None:
        """Points the alias at `version`, all traffic at once, if it has `expected` still. Raises OperationError where somebody else has moved it."""
        live = self.live(function)
        if live.version == version:
            return
        if live.version != expected:
            raise OperationError(f"{self.name}/{function} is on version {live.version}, not on {expected} any more: somebody else has moved it; look, then try again")
        try:
            self.lambdas.update_alias(
                FunctionName=self.physical(function), Name=ALIAS, FunctionVersion=version, RoutingConfig={"AdditionalVersionWeights": {}},
                RevisionId=live.revision,
            )  # fmt: skip
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailedException":
                raise
            raise OperationError(f"{self.name}/{function}: somebody else moved it at the same time; look, then try again") from None

    def begin(self, functions: dict[str, Move]) -> Release:
        """A release that begins now; not written yet."""
        return Release(
            id=uuid.uuid4().hex[:12], result="running", functions=functions, who=self._who(), began=datetime.now(UTC).isoformat(timespec="seconds"),
            host=socket.gethostname(), pid=os.getpid(),
        )  # fmt: skip

    def _who(self) -> str:
        if self.embedded:
            return getpass.getuser()
        return str(self.clients("sts").get_caller_identity()["Arn"])

    def prune(self, kept: Iterable[str]) -> Iterator[str]:
        """Deletes versions that nobody goes back to. kept: versions to leave whatever their age."""
        for function in self.workload.functions:
            if gone := delete_old(self.lambdas, self.physical(function), kept):
                yield f"  {told(function, gone)}"
