"""Graphs that many tests read: the program runs once per session for each of them, whichever process of the session needs it first.

A run of the whole program takes ten seconds of a processor, reading what it recorded a fiftieth of one.
"""

from functools import cache

import pytest

from tests.once import once
from tests.program.graph import Graph, run_program

STACKS = ("local", "dev", "prod")


@cache
def graph_of(stack: str, preview: bool = False) -> Graph:
    """What the program sends for `stack`, in an update or the first preview. Only read it: others get the same."""

    def make() -> Graph:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("SERVERLESS_PLATFORM_OFFLINE", "1")  # no layer is built: its lock stands in for it
            return run_program(stack, preview=preview)

    return once(f"graph-{stack}{'-preview' if preview else ''}", make)
