"""`python -m operations` on the embedded cloud, without credentials.

Another process, because operations knows neither this folder nor where the local stack keeps its state.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from local.cloud import Cloud
from local.paths import ROOT
from platform_contract.inventory import Inventory


def run_operation(cloud: Cloud, inventory: Inventory, arguments: Sequence[str], **how: Any) -> "subprocess.CompletedProcess[Any]":
    """One verb with its arguments. how: as for subprocess.run."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": cloud.endpoint, "AWS_ACCESS_KEY_ID": cloud.account_id, "AWS_SECRET_ACCESS_KEY": "local",
    }  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:  # standard input is the verb's
        file.write(inventory.model_dump_json())
        file.flush()
        command = [sys.executable, "-m", "operations", *arguments, *(["--inventory", file.name] if arguments else [])]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False, **how)
