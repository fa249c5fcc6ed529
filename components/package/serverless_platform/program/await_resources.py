"""Registers a program's many resources without waiting where there is nothing to wait for.

Measured on a thousand resources, by `benchmarks/program.py`:
- The SDK's own wait at the end of a program looks at all pending outputs again for each one that completes, which is
  quadratic: half a minute at 900 resources (pulumi/pulumi#22411). A program that has awaited its resources leaves nothing for it.
- A program that constructs everything before it awaits anything keeps engine and provider idle until then: so it pauses.
- The SDK tells the engine four debug messages for each resource, one call each, and waits for every answer.
- A registration is thousands of small objects that live until the program ends. The garbage collector looks through all of them
  again and again, for a third of the program's time, and frees next to nothing.
"""

import asyncio
import gc
import os
from types import TracebackType
from typing import Any, Self

import pulumi
from pulumi.runtime import register_stack_transformation

SDK_DEBUG = "SERVERLESS_PLATFORM_SDK_DEBUG"
"""Environment variable: set to 1, the SDK's debug messages reach the engine, which shows them with `--debug`."""
ROUNDS = 10
"""Steps of the event loop in a pause: as many as a registration takes from its construction to its call of the engine."""


class Settling:
    """Within it resources are registered quickly; at its end the engine has answered for each of them.

    Notes every resource that is registered within, so that no component has to keep books.
    """

    def __init__(self) -> None:
        self.resources: list[pulumi.Resource] = []

    async def __aenter__(self) -> Self:
        register_stack_transformation(self._note)
        self._collecting, self._debug = gc.isenabled(), pulumi.log.debug
        gc.disable()
        if os.environ.get(SDK_DEBUG) != "1":
            pulumi.log.debug = _unheard
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None) -> None:
        try:
            if kind is None:
                await self.finish()
        finally:
            pulumi.log.debug = self._debug
            if self._collecting:
                gc.enable()

    def _note(self, args: pulumi.ResourceTransformationArgs) -> None:
        self.resources.append(args.resource)

    async def pause(self) -> None:
        """Lets what was constructed go to the engine, which works on it while the program goes on."""
        for _ in range(ROUNDS):
            await asyncio.sleep(0)

    async def finish(self) -> int:
        """Returns when the engine has answered for every resource; their number. Resources may be added meanwhile."""
        settled = 0
        while settled < len(self.resources):
            waiting = self.resources[settled:]
            settled += len(waiting)
            await pulumi.Output.all(*(resource.urn for resource in waiting)).future()
        return settled


def _unheard(*_message: Any, **_about: Any) -> None:
    """Takes the place of `pulumi.log.debug`."""
