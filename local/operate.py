"""`python -m local.operate VERB ...`: `python -m operations` on the local stack."""

import sys

from local.operations import run_operation
from local.running import running
from local.steps import run_command


def main() -> int:
    access = running()
    return run_operation(access.cloud, access.inventory, sys.argv[1:]).returncode


if __name__ == "__main__":
    sys.exit(run_command(main))
