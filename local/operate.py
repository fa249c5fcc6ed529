"""`python -m local.operate VERB ...`: `python -m operations` on the local stack, without credentials.

Another process, because operations knows neither this folder nor where the local stack keeps its state.
"""

import json
import os
import subprocess
import sys

from local import cloud as clouds
from local.engine.install import find_engine
from local.paths import ROOT
from local.steps import Refusal, Step, run_command
from local.up import STACKS
from local.update import Stack


def main() -> int:
    cloud = clouds.running()
    if cloud is None:
        raise Refusal("the embedded cloud is not running: make up")
    inventory = Stack(find_engine(Step("Pulumi engine")), "local", STACKS / "local").outputs().get("inventory")
    if inventory is None:
        raise Refusal("the local stack has no inventory: make up")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": cloud.endpoint, "AWS_ACCESS_KEY_ID": cloud.account_id, "AWS_SECRET_ACCESS_KEY": "local",
    }  # fmt: skip
    command = [sys.executable, "-m", "operations", *sys.argv[1:], *(["--inventory", "-"] if len(sys.argv) > 1 else [])]
    return subprocess.run(command, cwd=ROOT, env=environment, input=json.dumps(inventory), text=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(run_command(main))
