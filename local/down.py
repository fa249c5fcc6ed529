"""`make down`: stops the embedded cloud, ends what a crashed update left, and forgets the local stack's state."""

import sys

from local import cloud, recovery
from local.paths import LOCAL
from local.steps import run_command, step

STACK_FOLDER = LOCAL / "stacks" / "local"


def main() -> None:
    with recovery.only_one("make down"), step("Embedded cloud") as current:
        recovery.interrupted_update(STACK_FOLDER)
        current.result = "stopped" if cloud.stop() else "was not running"
        recovery.forget(STACK_FOLDER)


if __name__ == "__main__":
    sys.exit(run_command(main))
