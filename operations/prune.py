"""`prune`: deletes versions of functions that nobody goes back to, whatever the phase.

Every update publishes versions, and the provider deletes none. A release deletes those of what it releases; a pilot is never released, and neither
are the platform's own functions.
"""

from argparse import Namespace
from collections.abc import Iterator

from botocore.exceptions import ClientError

from operations.clients import Client, clients_in
from operations.errors import OperationError
from operations.inventory import workload_of
from operations.releases.subject import Subject
from operations.versions import delete_old, told
from platform_contract.inventory import Inventory


def lines(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """One line for each function of which something was deleted."""
    if bool(options.workload) == bool(options.all):
        raise OperationError("name one workload, or --all for every workload of the stack")
    clients = clients_in(inventory.region)
    found = [line for name in ([options.workload] if options.workload else inventory.workloads) for line in prune(inventory, name, clients)]
    yield from found or ["there is nothing to delete: every version is one of the newest, or live, or one that a rollback goes back to"]


def prune(inventory: Inventory, name: str, clients: Client) -> Iterator[str]:
    """Of one workload."""
    workload = workload_of(inventory, name)
    kept = _before(inventory, name, clients) if workload.release else {}
    names = {each.physical_name: (f"{name}/{function}", kept.get(function, set())) for function, each in workload.functions.items()}
    names |= {physical: (physical, set()) for physical in workload.platform_functions}
    for physical, (called, stay) in names.items():
        try:
            gone = delete_old(clients("lambda"), physical, stay)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            continue  # it went since the inventory was read
        if gone:
            yield told(called, gone)


def _before(inventory: Inventory, name: str, clients: Client) -> dict[str, set[str]]:
    """Function -> versions that a rollback goes back to, or that a release which goes on has moved away from."""
    found: dict[str, set[str]] = {}
    records = Subject.of(inventory, name, clients).records
    for each in [*records.done()[-1:], *(it for it in records.all()[-1:] if it.result == "running")]:
        for function, move in each.functions.items():
            found.setdefault(function, set()).update((move.before, move.after))
    return found
