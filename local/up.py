"""`make up`: from nothing to a guarded stack that answers.

For the local stack: engine, function bundles, embedded cloud, `pulumi up` under the guardrails, smoke checks, URLs and a
`curl` line. For any other stack: the same `pulumi up`, guardrails attached, against AWS with the user's own credentials.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from local import cloud as clouds
from local import recovery
from local.account import clients_of, refuse_names_of_another, tell_before
from local.engine.install import Engine, find_engine
from local.home import prepare
from local.operations import run_operation
from local.paths import EMULATOR_VENV, LOCAL, NOT_EMULATED, ROOT
from local.running import local_stack
from local.settle import settle
from local.smoke import Access, smoke, try_it
from local.steps import Refusal, console, run_command, step
from local.update import GUARDRAILS, PROJECT, Stack
from platform_contract.inventory import Inventory
from platform_contract.platform.boundary import boundary_document
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.settings import Settings, load_settings


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make up", description=__doc__)
    parser.add_argument("--stack", default="local", help="a stack with a Pulumi.<stack>.yaml")
    parser.add_argument("--port", type=int, help=f"port of the embedded cloud (default {clouds.DEFAULT_PORT})")
    parser.add_argument("--workloads", default="", help="comma-separated; the local stack only")
    parser.add_argument("--force", action="store_true", help="update everything though nothing was edited; the local stack only")
    parser.add_argument("--no-release", action="store_true", help="leaves what was updated without traffic, where releases give it; the local stack only")
    return parser.parse_args(argv)


def read_settings(stack: str, overrides: dict[str, Any]) -> Settings:
    """The settings of a stack file with single values replaced. Raises Refusal with every problem of the file."""
    path = ROOT / f"Pulumi.{stack}.yaml"
    if not path.exists():
        known = ", ".join(sorted(file.name.split(".")[1] for file in ROOT.glob("Pulumi.*.yaml")))
        raise Refusal(f"there is no stack {stack!r}: {path.name} does not exist (there are: {known})")
    config = yaml.safe_load(path.read_text()).get("config", {})
    values = {key.removeprefix(f"{PROJECT}:"): value for key, value in config.items() if key.startswith(f"{PROJECT}:")}
    try:
        return load_settings(values | overrides, path.name)
    except ProblemsError as problems:
        raise Refusal(str(problems)) from None


def up_local(options: argparse.Namespace) -> int:
    port = options.port or last_port()
    overrides: dict[str, Any] = {"endpoint_url": f"http://{clouds.HOST}:{port}"}
    if options.workloads:
        overrides["workloads"] = [name.strip() for name in options.workloads.split(",") if name.strip()]
    settings = read_settings("local", overrides)
    with step("Pulumi engine") as current:
        stack = local_stack(current)
        prepare(stack.engine)
    build_layer("local")
    with step("Embedded cloud") as current:
        cloud = recovery.bring_together(current, stack.folder, settings.account_id, settings.region, port)
        document = boundary_document(settings.account_id, settings.region, settings.environment)
        clouds.bootstrap_account(cloud, settings.boundary_name, document)
    tell_what_goes(stack, settings)
    with step("Guardrails and update") as current:
        stack.prepare(ROOT / "Pulumi.local.yaml", overrides)
        summary = settle(stack, current, options.force)
        current.result = summary.words()
    for operation, urn in summary.changed if len(summary.changed) <= 12 else []:
        console.print(f"    {operation:8} {urn.split('::', 2)[2].rsplit('$', 1)[-1].replace('::', ' ')}")
    inventory = Inventory.model_validate(stack.outputs()["inventory"])
    access = Access(cloud, inventory)
    if not options.no_release:
        release_what_changed(cloud, inventory)
    with step("Smoke checks") as current:
        current.result = smoke(access)
    console.print(try_it(access, not_emulated()))
    return 0


def release_what_changed(cloud: clouds.Cloud, inventory: Inventory) -> None:
    """Callers get the new versions of workloads that are released, checked on the way: one command in every phase. Raises Refusal."""
    if not any(workload.release for workload in inventory.workloads.values()):
        return
    with step("Release of what changed") as current:
        done = run_operation(cloud, inventory, ["release", "--all"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in done.stdout.splitlines():
            current.say(line)
        if done.returncode != 0:
            raise Refusal(done.stderr.strip().removeprefix("Refused: "))
        released = [line.removesuffix(": released") for line in done.stdout.splitlines() if line.endswith(": released")]
        current.result = f"{', '.join(released)} released" if released else "everything that is live is the newest"


def check_waivers() -> None:
    """Before anything else: what is wrong with a waiver stops every update. Raises Refusal with the problems."""
    command = [sys.executable, "-m", "guardrails", "check"]
    done = subprocess.run(command, cwd=GUARDRAILS, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refusal(done.stderr.strip())


def tell_what_goes(stack: Stack, settings: Settings) -> None:
    """With WORKLOADS=, the ones that are up and not named are removed: say so before it happens."""
    if not settings.workloads or not recovery.has_state(stack.folder):
        return
    up_now = stack.outputs().get("inventory", {}).get("workloads", {})
    if going := sorted(set(up_now) - set(settings.workloads)):
        console.print(f"  WORKLOADS={','.join(settings.workloads)} removes {', '.join(going)} from the local stack")


def last_port() -> int:
    """The port of this checkout's emulator, so that a second `make up` without PORT= finds it again."""
    running = clouds.running()
    return running.port if running else clouds.DEFAULT_PORT


def not_emulated() -> dict[str, list[str]]:
    """Resources that were declared and are kept in state, but that the emulator does not have: names by type."""
    import json

    if not NOT_EMULATED.exists():
        return {}
    by_type: dict[str, list[str]] = {}
    for line in NOT_EMULATED.read_text().splitlines():
        entry = json.loads(line)
        names = by_type.setdefault(entry["type"], [])
        if entry["name"] not in names:
            names.append(entry["name"])
    return by_type


def build_layer(stack: str) -> None:
    """The layer of third-party packages, only when its lock or its platform has changed. For the local stack every handler that has
    changed is imported with it, in the interpreter of the embedded cloud: one that cannot be is refused before anything is made."""
    local = stack == "local"
    with step("Layer of third-party packages" + (", handlers imported with it" if local else "")) as current:
        command = [sys.executable, "-m", "serverless_platform.program.build", "layer", "--stack", stack]
        command += ["--python", str(EMULATOR_VENV / "bin" / "python")] if local else []
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refusal(done.stderr.strip() or done.stdout.strip())
        current.result = "; ".join(done.stdout.strip().splitlines())


def up_aws(options: argparse.Namespace) -> int:
    """`pulumi up` for a real stack: the user's own login, credentials and prompts; only the guardrails are ours."""
    if options.workloads or options.port or options.force:
        raise Refusal("WORKLOADS=, PORT= and FORCE= are for the local stack; a real stack always holds all workloads and is updated as a whole")
    settings = read_settings(options.stack, {})
    tell_before(options.stack, settings)
    with step("Pulumi engine") as current:
        engine: Engine = find_engine(current)
        prepare(engine)
    build_layer(options.stack)
    console.print(
        f"pulumi up -s {options.stack}: account {settings.account_id}, {settings.region}, guardrails {GUARDRAILS.name}/"
    )
    env = dict(os.environ)
    env["PULUMI_OPTION_POLICY_PACK"] = str(GUARDRAILS)
    if not engine.official_host:
        env["PATH"] = os.pathsep.join([str(LOCAL / "bin"), env["PATH"]])
    refuse_names_of_another(options.stack, settings, [str(engine.pulumi)], env, clients_of(settings))
    code = subprocess.call([str(engine.pulumi), "up", "-s", options.stack], cwd=ROOT, env=env)
    if code == 0:
        prune(options.stack, engine.pulumi, env)
    return code


def prune(stack: str, pulumi: Path, env: Mapping[str, str]) -> None:
    """Versions that nobody goes back to: each update publishes some, and a pilot has no release that deletes them. What goes wrong here is told,
    and the update was good all the same."""
    with step("Old versions of functions") as current:
        found = {**env, "PATH": os.pathsep.join([str(pulumi.parent), env["PATH"]])}
        done = subprocess.run([sys.executable, "-m", "operations", "prune", "--all", "--stack", stack], cwd=ROOT, env=found, capture_output=True, text=True, check=False)
        current.result = "; ".join((done.stdout if done.returncode == 0 else done.stderr).strip().splitlines())


def main() -> int:
    options = arguments(sys.argv[1:])
    check_waivers()
    with recovery.only_one("make up"):
        return up_local(options) if options.stack == "local" else up_aws(options)


if __name__ == "__main__":
    sys.exit(run_command(main))
