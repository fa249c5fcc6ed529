"""`make engine`: gets the engine ready and says where it came from."""

import sys

from local.engine.install import find_engine
from local.home import prepare
from local.steps import run_command, step


def main() -> None:
    with step("Pulumi engine") as current:
        prepare(find_engine(current))


if __name__ == "__main__":
    sys.exit(run_command(main))
