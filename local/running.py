"""The local stack as it runs now: what every command beside `make up` begins with."""

from local import cloud as clouds
from local.engine.install import find_engine
from local.paths import NOT_EMULATED, STACKS
from local.smoke import Access
from local.steps import Refusal, Step
from local.update import Stack
from platform_contract.inventory import Inventory


def local_stack(step: Step | None = None) -> Stack:
    """The engine's view of it, whether or not it is up. `step`: what tells how the engine is found."""
    engine = find_engine(step or Step("Pulumi engine"))
    return Stack(engine, "local", STACKS / "local", variables={"SERVERLESS_PLATFORM_NOT_EMULATED_LOG": str(NOT_EMULATED)})


def running() -> Access:
    """How to reach it. Raises Refusal where it is not up."""
    cloud = clouds.running()
    if cloud is None:
        raise Refusal("the embedded cloud is not running: make up")
    inventory = local_stack().outputs().get("inventory")
    if inventory is None:
        raise Refusal("the local stack has no inventory, because it never came up: make up")
    return Access(cloud, Inventory.model_validate(inventory))
