"""A `pulumi-language-python` in Python, for machines where the official one cannot be had.

The engine starts it as `pulumi-language-python [flags] ENGINE_ADDRESS`, reads a port from the first line of its
output and then speaks gRPC (`pulumirpc.LanguageRuntime`, stubs from the Pulumi SDK). It runs programs through the
SDK's own `pulumi-language-python-exec`, policy packs through `python -m pulumi.policy` and component packages as
plain programs. Used only where no official host is found (docs/decisions/0004-language-host.md).

Imports are few and lazy: every preview starts this process, and the program is not run before it answers.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

VERSION = "0.1.0"
EXEC_SCRIPT = "pulumi-language-python-exec"
MESSAGE_SHOWN = 32
"""Exit code by which the program runner says that the user has already seen the message
(PYTHON_PROCESS_EXITED_AFTER_SHOWING_USER_ACTIONABLE_MESSAGE_CODE in the SDK's runner)."""

CHILDREN: set[subprocess.Popen] = set()


def interpreter(info: language_pb2.ProgramInfo) -> str:
    """The Python that a project asks for: `runtime.options.virtualenv`, else VIRTUAL_ENV, else this one.

    Raises FileNotFoundError with the command to run when the project names an environment that is not there.
    """
    options = dict(info.options.items()) if info.HasField("options") else {}
    name = options.get("virtualenv")
    if not name:
        return str(Path(os.environ["VIRTUAL_ENV"]) / "bin" / "python") if "VIRTUAL_ENV" in os.environ else sys.executable
    for base in (info.root_directory, info.program_directory):
        python = Path(base or ".") / name / "bin" / "python"
        if python.exists():
            return str(python)
    raise FileNotFoundError(f"the virtual environment {name!r} of {info.root_directory} does not exist; run `make setup` there")


def end(child: subprocess.Popen) -> None:
    """Asks a child to stop, and insists after five seconds."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
    CHILDREN.discard(child)


def start(command: list[str], cwd: str, env: dict[str, str], **streams: Any) -> subprocess.Popen:
    child = subprocess.Popen(command, cwd=cwd or None, env=env, stdin=subprocess.DEVNULL, **streams)
    CHILDREN.add(child)
    return child


def relay(child: subprocess.Popen) -> Iterator[tuple[str, bytes]]:
    """Yields ("stdout" | "stderr", bytes) as a child writes them, until both streams end."""
    chunks: queue.SimpleQueue[tuple[str, bytes] | None] = queue.SimpleQueue()

    def pump(name: str) -> None:
        stream = getattr(child, name)
        while data := stream.read1(65536):
            chunks.put((name, data))
        chunks.put(None)

    names = ("stdout", "stderr")
    for name in names:
        threading.Thread(target=pump, args=(name,), daemon=True).start()
    ended = 0
    while ended < len(names):
        chunk = chunks.get()
        if chunk is None:
            ended += 1
        else:
            yield chunk


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers what an engine of 3.2xx asks of a language host."""

    def __init__(self, engine_address: str) -> None:
        self.engine_address = engine_address

    def Handshake(self, request, context):
        self.engine_address = request.engine_address or self.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version=VERSION)

    def About(self, request, context):
        python = interpreter(request.info)
        version = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
        return language_pb2.AboutResponse(executable=python, version=version.stdout.split()[-1])

    def GetRequiredPackages(self, request, context):
        packages = []
        for found in required_plugins(request.info):
            packages.append(plugin_pb2.PackageDependency(kind="resource", **found))
        return language_pb2.GetRequiredPackagesResponse(packages=packages)

    def GetRequiredPlugins(self, request, context):
        plugins = [plugin_pb2.PluginDependency(kind="resource", **found) for found in required_plugins(request.info)]
        return language_pb2.GetRequiredPluginsResponse(plugins=plugins)

    def GetProgramDependencies(self, request, context):
        dependencies = []
        for folder in site_packages(request.info):
            for dist in sorted(folder.glob("*.dist-info")):
                name, _, version = dist.name.removesuffix(".dist-info").partition("-")
                dependencies.append(language_pb2.DependencyInfo(name=name, version=version))
        return language_pb2.GetProgramDependenciesResponse(dependencies=dependencies)

    def RuntimeOptionsPrompts(self, request, context):
        return language_pb2.RuntimeOptionsResponse()

    def Template(self, request, context):
        return language_pb2.TemplateResponse()

    def InstallDependencies(self, request, context):
        """Makes the project's virtual environment from its hash-locked requirements, streaming what pip prints."""
        root = Path(request.info.root_directory or request.directory)
        options = dict(request.info.options.items()) if request.info.HasField("options") else {}
        venv = root / options.get("virtualenv", ".venv")
        commands = [[sys.executable, "-m", "venv", str(venv)]] if not (venv / "bin" / "python").exists() else []
        if (root / "requirements.txt").exists():
            commands.append([str(venv / "bin" / "python"), "-m", "pip", "install", "-q", "-r", "requirements.txt"])
        for command in commands:
            child = start(command, str(root), dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            context.add_callback(lambda child=child: end(child))
            for name, data in relay(child):
                yield language_pb2.InstallDependenciesResponse(**{name: data})
            if child.wait() != 0:
                context.abort(grpc.StatusCode.INTERNAL, f"{' '.join(command)} ended with {child.returncode}")

    def Run(self, request, context):
        info = request.info
        try:
            python = interpreter(info)
        except FileNotFoundError as error:
            return language_pb2.RunResponse(error=str(error))
        runner = Path(os.environ.get("PULUMI_PYTHON_EXEC") or Path(sys.argv[0]).resolve().parent / EXEC_SCRIPT)
        if not runner.exists():
            return language_pb2.RunResponse(error=f"{EXEC_SCRIPT} is not beside the language host ({runner}); run `make engine`")
        command = [
            python, "-u", str(runner),
            "--monitor", request.monitor_address, "--engine", self.engine_address,
            "--project", request.project, "--root_directory", info.root_directory, "--stack", request.stack,
            "--pwd", request.pwd, "--dry_run", "true" if request.dryRun else "false",
            "--parallel", str(request.parallel), "--organization", request.organization,
            str(Path(info.program_directory) / info.entry_point), *request.args,
        ]  # fmt: skip
        env = dict(os.environ)
        env["PULUMI_CONFIG"] = json.dumps(dict(request.config.items()))
        env["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        # The program's own output goes the way of this process's: the engine shows it to the user.
        child = start(command, request.pwd, env)
        context.add_callback(lambda: end(child))
        code = child.wait()
        CHILDREN.discard(child)
        if code == 0:
            return language_pb2.RunResponse()
        if code == MESSAGE_SHOWN:
            return language_pb2.RunResponse(bail=True)
        if code < 0:
            return language_pb2.RunResponse(error=f"the program was ended by signal {-code}")
        return language_pb2.RunResponse(error=f"the program exited with non-zero exit code: {code}")

    def RunPlugin(self, request, context):
        """Runs a policy pack (`kind` analyzer) or any other plugin written in Python, streaming what it prints."""
        folder = request.info.program_directory or request.program
        try:
            python = interpreter(request.info)
        except FileNotFoundError as error:
            yield language_pb2.RunPluginResponse(stderr=f"{error}\n".encode())
            yield language_pb2.RunPluginResponse(exitcode=1)
            return
        env = dict(os.environ)
        env.update(item.split("=", 1) for item in request.env if "=" in item)
        if request.kind == "analyzer":
            command = [python, "-u", "-m", "pulumi.policy", *request.args, folder]
            cwd = folder
        else:
            command = [python, "-u", folder, *request.args]
            cwd = request.pwd
        child = start(command, cwd, env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        context.add_callback(lambda: end(child))
        for name, data in relay(child):
            yield language_pb2.RunPluginResponse(stdout=data) if name == "stdout" else language_pb2.RunPluginResponse(stderr=data)
        code = child.wait()
        CHILDREN.discard(child)
        yield language_pb2.RunPluginResponse(exitcode=code if code >= 0 else 128 - code)

    def Cancel(self, request, context):
        from google.protobuf import empty_pb2

        for child in list(CHILDREN):
            end(child)
        return empty_pb2.Empty()


def site_packages(info: language_pb2.ProgramInfo) -> list[Path]:
    try:
        root = Path(interpreter(info)).parent.parent
    except FileNotFoundError:
        return []
    return sorted(root.glob("lib/python3*/site-packages"))


def required_plugins(info: language_pb2.ProgramInfo) -> list[dict[str, Any]]:
    """Name, version and server of each provider whose SDK is installed, from its `pulumi-plugin.json`."""
    found = []
    for folder in site_packages(info):
        for path in sorted(folder.glob("*/pulumi-plugin.json")):
            plugin = json.loads(path.read_text())
            if plugin.get("resource"):
                name = plugin.get("name") or path.parent.name.removeprefix("pulumi_").replace("_", "-")
                found.append(
                    {
                        "name": name,
                        "version": "v" + plugin.get("version", "").removeprefix("v"),
                        "server": plugin.get("server", ""),
                    }
                )
    return found


def leave_with_parent(parent: int) -> None:
    """Ends the children and this process when the engine is gone: a killed engine leaves no orphans."""
    while os.getppid() == parent:
        time.sleep(0.5)
    for child in list(CHILDREN):
        end(child)
    os._exit(0)


def main() -> None:
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    limit = 400 * 1024 * 1024  # bytes: the engine's own limit for one message
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=16),
        options=[("grpc.max_receive_message_length", limit), ("grpc.max_send_message_length", limit)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(addresses[-1] if addresses else ""), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    reading, writing = os.pipe()  # not an Event: set in a handler while this thread is inside of wait, it would wait for ever
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.write(writing, b"."))
    threading.Thread(target=leave_with_parent, args=(os.getppid(),), daemon=True).start()
    print(port, flush=True)
    os.read(reading, 1)
    for child in list(CHILDREN):
        end(child)
    server.stop(grace=None)
    os._exit(0)  # gRPC's threads would otherwise keep a stopping host alive for seconds


if __name__ == "__main__":
    main()
