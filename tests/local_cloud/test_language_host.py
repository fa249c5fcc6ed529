"""The language host under the real engine: programs, their errors, plugins, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from local.update import session_members

ROOT = Path(__file__).resolve().parents[2]
HOST = ROOT / "local/engine/language_host.py"

pytestmark = pytest.mark.engine


@pytest.fixture(autouse=True)
def our_host(engine):
    if engine.official_host:
        pytest.skip("an official language host is beside the engine: ours is not used on this machine")


def test_a_program_runs_with_its_config_and_outputs(make_project):
    project = make_project(
        "import pulumi\npulumi.export('seen', pulumi.Config('toy').require('colour'))\nprint('hello from the program')\n"
    )
    assert project.call("config", "set", "toy:colour", "green").returncode == 0
    done = project.call("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hello from the program" in done.stdout
    assert json.loads(project.call("stack", "output", "--json").stdout) == {"seen": "green"}


@pytest.mark.parametrize(
    ("program", "shown", "hidden"),
    [
        (
            "import pulumi\nraise pulumi.RunError('the table is missing: run make up')",
            "the table is missing: run make up",
            "Traceback",
        ),
        ("def broken():\n    return 1 / 0\nbroken()", "ZeroDivisionError: division by zero", "language_host.py"),
        ("import sys\nsys.exit(7)", "the program exited with non-zero exit code: 7", "Traceback"),
        ("import os\nos.kill(os.getpid(), 9)", "the program was ended by signal 9", "Traceback"),
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'", "language_host.py"),
    ],
)
def test_a_program_error_reaches_the_user_as_it_is(make_project, program, shown, hidden):
    done = make_project(program).call("preview")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert shown in said
    assert hidden not in said
    assert "KeyboardInterrupt" not in said


def test_a_missing_environment_says_what_to_run(make_project):
    project = make_project("pass", runtime="runtime: {name: python, options: {toolchain: pip, virtualenv: nowhere}}\n")
    done = project.call("preview")
    assert "the virtual environment 'nowhere'" in done.stdout + done.stderr
    assert "run `make setup` there" in done.stdout + done.stderr


def test_a_policy_pack_is_hosted_and_can_stop_a_preview(make_project, tmp_path):
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text(
        f"name: toy-pack\nversion: 1.2.3\nruntime: {{name: python, options: {{virtualenv: {ROOT / '.venv'}}}}}\n"
    )
    (pack / "__main__.py").write_text(
        "from pulumi_policy import *\n"
        "def no_stash(args, report):\n"
        "    if args.resource_type == 'pulumi:index:Stash': report('stashes are not allowed')\n"
        "PolicyPack('toy-pack', policies=[ResourceValidationPolicy(name='no-stash', description='No stash', "
        "enforcement_level=EnforcementLevel.MANDATORY, validate=no_stash)])\n"
    )
    project = make_project("import pulumi\npulumi.Stash('thing', input='x')\n")
    assert project.call("preview").returncode == 0
    done = project.call("preview", PULUMI_OPTION_POLICY_PACK=str(pack))
    assert done.returncode != 0
    assert "stashes are not allowed" in done.stdout
    assert project.call("preview", "--policy-pack", str(pack)).returncode != 0


def test_a_component_package_is_hosted(engine, make_project, tmp_path):
    package = tmp_path / "toycomponents"
    package.mkdir()
    (package / "PulumiPlugin.yaml").write_text(
        f"runtime: {{name: python, options: {{toolchain: pip, virtualenv: {ROOT / '.venv'}}}}}\n"
    )
    (package / "__main__.py").write_text(
        "from typing import Optional, TypedDict\nimport pulumi\nfrom pulumi.provider.experimental import component_provider_host\n"
        "class ThingArgs(TypedDict):\n    size: pulumi.Input[str]\n    'How big.'\n"
        "class Thing(pulumi.ComponentResource):\n    size: pulumi.Output[str]\n"
        "    def __init__(self, name: str, args: ThingArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:\n"
        "        super().__init__('toycomponents:index:Thing', name, {}, opts)\n"
        "        self.size = pulumi.Output.from_input(args['size'])\n        self.register_outputs({'size': self.size})\n"
        "if __name__ == '__main__':\n    component_provider_host([Thing], 'toycomponents')\n"
    )
    done = make_project("pass").call("package", "get-schema", str(package))
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["resources"]) == ["toycomponents:index:Thing"]


def test_a_killed_engine_leaves_no_process(make_project):
    project = make_project("import time\nimport pulumi\nprint('started', flush=True)\ntime.sleep(600)\n")
    engine = subprocess.Popen(
        project.command("up", "--yes", "--skip-preview"),
        cwd=project.folder,
        env=project.env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: any("pulumi-language-python-exec" in line for line in commands(engine.pid)), "the program to start")
    assert len(session_members(engine.pid)) >= 3
    os.kill(engine.pid, signal.SIGKILL)
    engine.wait()
    wait_for(lambda: not session_members(engine.pid), "host and program to end with the engine")


def commands(session: int) -> list[str]:
    found = []
    for pid in session_members(session):
        try:
            found.append(Path(f"/proc/{pid}/cmdline").read_text())
        except OSError:
            continue
    return found


def wait_for(condition, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


@pytest.fixture
def host():
    """The host as a process, and a stub to talk to it."""
    process = subprocess.Popen([sys.executable, HOST, "127.0.0.1:1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield process, language_pb2_grpc.LanguageRuntimeStub(channel)
    process.kill()
    process.wait()


def info() -> language_pb2.ProgramInfo:
    made = language_pb2.ProgramInfo(root_directory=str(ROOT), program_directory=str(ROOT), entry_point=".")
    made.options.update({"virtualenv": ".venv"})
    return made


def test_it_tells_which_provider_plugins_a_program_needs(host):
    answer = host[1].GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info()))
    assert [(package.name, package.kind, package.version) for package in answer.packages] == [("aws", "resource", "v7.51.1")]


def test_it_tells_about_the_interpreter_and_the_dependencies(host):
    assert host[1].About(language_pb2.AboutRequest(info=info())).executable == str(ROOT / ".venv/bin/python")
    found = host[1].GetProgramDependencies(language_pb2.GetProgramDependenciesRequest(info=info())).dependencies
    assert ("pulumi", "3.272.0") in {(item.name, item.version) for item in found}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_quietly(host, number):
    process, stub = host
    stub.Handshake(language_pb2.LanguageHandshakeRequest())
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, b"")
