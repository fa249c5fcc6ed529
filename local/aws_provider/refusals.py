"""What AWS refuses, orders or replaces and the emulator does not, of all types: data for tests on program graphs."""

from .entry import Refusal
from .registry import table

REFUSALS: dict[str, tuple[Refusal, ...]] = {token: entry.aws_refuses for token, entry in sorted(table().items())}
"""Type -> its refusals. Where `needs` is set, a graph has to hold that edge before the resource is made."""
