"""Whether the engine previews or updates: in an update nothing may be unknown any more.

The engine says so when it configures the pack (`ConfigureStack`, field `dry_run`), in a process of its own for each phase.
pulumi_policy 1.21.0 keeps the stack's tags of that request and drops the rest, and hosts differ in whether they set
PULUMI_DRY_RUN, so the request is read here on its way. Its class is private to the SDK: should it go, the pack does not
start, and the engine then refuses to go on.
"""

import os
import threading
from typing import Any

from pulumi_policy.policy import _PolicyAnalyzerServicer as Servicer

_UPDATING = threading.Event()
_configure_stack = Servicer.ConfigureStack


def listen() -> None:
    """Has every pack of this process note the phase. Called once, before the pack is built."""

    def configure_stack(self: Servicer, request: Any, context: Any) -> Any:
        if request.dry_run:
            _UPDATING.clear()
        else:
            _UPDATING.set()
        return _configure_stack(self, request, context)

    Servicer.ConfigureStack = configure_stack  # type: ignore[assignment, method-assign]


def in_update() -> bool:
    """Whether resources are being made. An engine that does not tell is taken to preview: unknowns are then told only."""
    return _UPDATING.is_set() or os.environ.get("PULUMI_DRY_RUN") == "false"
