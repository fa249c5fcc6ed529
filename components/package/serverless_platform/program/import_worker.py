"""Imports handlers as Lambda would, each in a process of its own. Runs by itself, in the interpreter that the functions run in.

Standard input: {"runtime": [names], "layer": folder, "seconds": N, "functions": [{"name", "folder", "handler", "environment"}]}.
Standard output, a JSON line each: {"name", "error", "missing", "frames": [[file, line, text]]}; nothing for a handler that can be imported.
"""

import contextlib
import importlib
import importlib.machinery
import json
import os
import signal
import sys
import traceback

COMMON = ("aws_lambda_powertools", "pydantic", "boto3")
"""Imported once, before the process is copied for each function: most handlers need them, and they take longest."""
SETTINGS = {"region_name": "eu-west-1", "aws_access_key_id": "import", "aws_secret_access_key": "import"}


class Runtime:
    """Finds only `names` among the packages of this interpreter: what else is installed here is not on Lambda."""

    def __init__(self, names, folders):
        self.names, self.folders = frozenset(names), folders

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] not in self.names:
            return None
        return importlib.machinery.PathFinder.find_spec(fullname, path or self.folders)


def failure_of(function):
    """What is wrong with one handler, or None."""
    sys.path.insert(0, function["folder"])
    os.environ.update(function["environment"])
    module, _, attribute = function["handler"].rpartition(".")
    try:
        getattr(importlib.import_module(module), attribute)
    except BaseException as error:  # SystemExit at import ends the runtime as well
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(function["folder"])]
        own = [[os.path.relpath(frame.filename, function["folder"]), frame.lineno, frame.line] for frame in frames]
        if isinstance(error, SyntaxError) and error.filename:
            own.append([os.path.relpath(error.filename, function["folder"]), error.lineno, (error.text or "").strip()])
        missing = error.name if isinstance(error, ModuleNotFoundError) else ""
        return {"name": function["name"], "error": f"{type(error).__name__}: {error}", "missing": missing, "frames": own}
    return None


def main():
    asked = json.load(sys.stdin)
    installed = [path for path in sys.path if path.endswith("-packages")]
    sys.path[:] = [asked["layer"], *(path for path in sys.path if path not in installed and path != os.path.dirname(__file__))]
    sys.meta_path.append(Runtime(asked["runtime"], installed))
    answers, sys.stdout = sys.stdout, sys.stderr  # a handler may print
    for name in COMMON:
        with contextlib.suppress(ImportError):  # told of the handlers that need it
            importlib.import_module(name)
    if "boto3" in sys.modules:
        sys.modules["boto3"].client("dynamodb", **SETTINGS)  # most handlers make clients, which read the same data of endpoints
    for function in asked["functions"]:
        child = os.fork()
        if not child:
            signal.alarm(asked["seconds"])
            failure = failure_of(function)
            if failure:
                answers.write(json.dumps(failure) + "\n")
                answers.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            took = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
            error = f"its import did not end within {asked['seconds']} s" if took else f"the interpreter ended (status {status})"
            answers.write(json.dumps({"name": function["name"], "error": error, "missing": "", "frames": []}) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
