"""Waits for all resources of a program before it returns.

The SDK's own wait at the end of a program looks at all pending outputs again for each one that completes, which is
quadratic: half a minute at 900 resources (pulumi/pulumi#22411). A program that has awaited its resources leaves nothing for it.
"""

import pulumi
from pulumi.runtime import register_stack_transformation


class Settling:
    """Notes every resource that is registered after `begin`, so that no component has to keep books."""

    def __init__(self) -> None:
        self.resources: list[pulumi.Resource] = []

    def begin(self) -> None:
        register_stack_transformation(self._note)

    def _note(self, args: pulumi.ResourceTransformationArgs) -> None:
        self.resources.append(args.resource)

    async def finish(self) -> int:
        """Returns when the engine has answered for every resource; their number. Resources may be added meanwhile."""
        settled = 0
        while settled < len(self.resources):
            waiting = self.resources[settled:]
            settled += len(waiting)
            await pulumi.Output.all(*(resource.urn for resource in waiting)).future()
        return settled
