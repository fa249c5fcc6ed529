"""A program within Settling: the engine works while it goes on, nothing holds it up, and at its end all is answered."""

import gc
import time
from typing import Any

import pulumi
import pytest

from serverless_platform.program.await_resources import SDK_DEBUG, Settling
from tests.program.graph import Node, run


async def _two_rounds(nodes: list[Node], seen: list[Any]) -> None:
    asked = pulumi.CustomResource("aws:sqs/queue:Queue", "asked", {"name": "asked"})
    await asked.urn.future()  # as the handshake: by then the SDK knows what the engine can do
    nodes.clear()
    async with Settling() as settling:
        first = [pulumi.CustomResource("aws:sqs/queue:Queue", f"first-{number}", {"name": str(number)}) for number in range(20)]
        seen.append([node.name for node in nodes if node.custom])
        await settling.pause()
        deadline = time.monotonic() + 30
        while len([node for node in nodes if node.custom]) < len(first) and time.monotonic() < deadline:
            time.sleep(0.01)  # blocks the event loop: only what the pause has handed over can go on
        seen.append([node.name for node in nodes if node.custom])
        pulumi.CustomResource("aws:sqs/queue:Queue", "second", {"name": "second"}, pulumi.ResourceOptions(depends_on=first))
        seen.append(gc.isenabled())
    seen.append([node.name for node in nodes if node.custom])


def _run() -> list[Any]:
    nodes: list[Node] = []
    seen: list[Any] = []
    run(lambda: pulumi.run(lambda: _two_rounds(nodes, seen)), nodes=nodes)
    return seen


def test_the_engine_works_while_the_program_goes_on_and_has_answered_at_its_end():
    before, paused, collecting, after = _run()
    assert before == []
    assert sorted(paused) == sorted(f"first-{number}" for number in range(20)), "registered in the pause"
    assert not collecting
    assert sorted(after) == sorted([*paused, "second"])
    assert gc.isenabled()


@pytest.mark.parametrize(("wanted", "heard"), [("", False), ("1", True)])
def test_the_sdk_is_quiet_unless_somebody_wants_to_hear_it(monkeypatch: pytest.MonkeyPatch, wanted: str, heard: bool):
    """Each message would be a call to the engine that the program waits for."""
    told: list[str] = []

    def debug(message: str, *_about: Any, **_more: Any) -> None:
        told.append(message)

    monkeypatch.setenv(SDK_DEBUG, wanted)
    monkeypatch.setattr(pulumi.log, "debug", debug)
    _run()
    assert pulumi.log.debug is debug
    within = [message for message in told if "first-" in message or "second" in message]
    assert bool(within) is heard


def test_what_was_changed_is_as_before_after_a_program_that_failed():
    debug = pulumi.log.debug

    async def fails() -> None:
        async with Settling():
            raise ValueError("no")

    async def outside() -> None:
        with pytest.raises(ValueError, match="no"):
            await fails()

    run(lambda: pulumi.run(outside))
    assert (pulumi.log.debug, gc.isenabled()) == (debug, True)
