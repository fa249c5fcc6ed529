"""`python -m local.operate VERB ...`: `python -m operations` on the local stack, without credentials.

Another process, because operations knows neither this folder nor where the local stack keeps its state.
"""

import os
import subprocess
import sys
import tempfile

from local.paths import ROOT
from local.running import running
from local.steps import run_command


def main() -> int:
    access = running()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": access.cloud.endpoint, "AWS_ACCESS_KEY_ID": access.cloud.account_id, "AWS_SECRET_ACCESS_KEY": "local",
    }  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:  # standard input is the verb's
        file.write(access.inventory.model_dump_json())
        file.flush()
        command = [sys.executable, "-m", "operations", *sys.argv[1:], *(["--inventory", file.name] if len(sys.argv) > 1 else [])]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(run_command(main))
