"""The record of a workload's releases: versions of one parameter in Systems Manager, which keeps the last hundred.

A release is written twice, when it begins and when it has ended. What began and has no end runs still, or its process died.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

REASON_CHARACTERS = 600
"""Of a reason that is kept: a standard parameter holds 4 KB (Systems Manager API reference, PutParameter)."""

Result = Literal["running", "released", "stopped", "rolled_back", "rolled_back_by_hand"]


class Move(BaseModel):
    """Of one function: the version before, the version after, and the digest of the code after."""

    model_config = ConfigDict(frozen=True)

    before: str
    after: str
    digest: str = ""


class Release(BaseModel):
    """One release, or one way back. stopped: refused before callers reached it; rolled_back: taken back by itself; rolled_back_by_hand: by `rollback`."""

    model_config = ConfigDict(frozen=True)

    id: str
    result: Result
    functions: dict[str, Move]
    """Function of the manifest -> what was, or would have been, moved."""
    who: str
    began: str
    """ISO 8601, UTC."""
    host: str
    pid: int
    """Process on `host` that does it."""
    seconds: float = 0
    reason: str = ""
    deployments: dict[str, str] = {}
    """Function -> id of its CodeDeploy deployment; empty on the embedded cloud."""

    def ended(self, result: Result, seconds: float, reason: str = "") -> "Release":
        return self.model_copy(update={"result": result, "seconds": round(seconds, 1), "reason": reason[:REASON_CHARACTERS]})

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.began).astimezone(UTC)


class Records:
    """The releases of one workload. ssm: client of Systems Manager; name: of the parameter."""

    def __init__(self, ssm: Any, name: str) -> None:
        self._ssm, self._name = ssm, name

    def write(self, release: Release) -> None:
        self._ssm.put_parameter(Name=self._name, Value=release.model_dump_json(exclude_defaults=True), Type="String", Overwrite=True)

    def all(self) -> list[Release]:
        """Oldest first, each in its latest state."""
        found: dict[str, Release] = {}
        for text in self._texts():
            try:
                release = Release.model_validate(json.loads(text))
            except (ValueError, ValidationError):
                continue  # what the program put there before the first release
            found[release.id] = release
        return list(found.values())

    def running(self) -> list[Release]:
        return [release for release in self.all() if release.result == "running"]

    def done(self) -> list[Release]:
        """Those that changed what callers reach, for good, oldest first."""
        return [release for release in self.all() if release.result in ("released", "rolled_back_by_hand")]

    def _texts(self) -> Iterator[str]:
        for page in self._ssm.get_paginator("get_parameter_history").paginate(Name=self._name):
            yield from (each["Value"] for each in page["Parameters"])
