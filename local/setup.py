"""Makes the two Python environments from their hash-locked requirements. Standard library only.

Run by `make` before anything else, with whatever `python3` is there: so the syntax is that of Python 3.6, and an
interpreter that is too old is refused (or a newer one on PATH is used) with a sentence instead of a traceback.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

NEEDED = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
READY = "serverless-platform-ready"
"""Written last into an environment: an interrupted set-up has none, and is made anew."""
ENVIRONMENTS = [
    # (folder, requirements, folders of the repository that it imports)
    (".venv", "requirements.txt", [".", "components/contract", "components/package", "local"]),
    (os.path.join(".local", "emulator-venv"), os.path.join("local", "requirements.txt"), []),
]
PROGRESS_SECONDS = 10
"""How often a line of progress is printed where there is no terminal to redraw."""


def newer_python():
    """A Python on PATH that is new enough, or None."""
    for minor in (13, 12, 11):
        found = shutil.which("python3.%d" % minor)
        if found is None:
            continue
        works = [found, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        if subprocess.call(works, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return found
    return None


def digest(python, requirements):
    with open(os.path.join(ROOT, requirements), "rb") as lock:
        return hashlib.sha256(lock.read() + python.encode()).hexdigest()


def locked(requirements, package):
    """The lines of one package in a lock file, hashes included; empty if it is not in it."""
    with open(os.path.join(ROOT, requirements)) as lock:
        found = re.search(r"^%s==.*(\n +--hash=.*)*\n" % re.escape(package), lock.read(), re.MULTILINE)
    return found.group() if found else ""


class Progress:
    """One line that tells what is done and for how long: redrawn on a terminal, elsewhere a new one every ten seconds."""

    def __init__(self, title):
        self.title = title
        self.started = time.time()
        self.told = self.started

    def seconds(self):
        return time.time() - self.started

    def run(self, what, command, **options):
        """The exit code of `command`."""
        process = subprocess.Popen(command, cwd=ROOT, **options)
        self.tell(what)
        try:
            while True:
                try:
                    return process.wait(0.2)
                except subprocess.TimeoutExpired:
                    if sys.stdout.isatty() or time.time() - self.told >= PROGRESS_SECONDS:
                        self.tell(what)
        except KeyboardInterrupt:
            process.wait()
            raise

    def tell(self, what):
        self.told = time.time()
        text = "  %s: %s (%.0f s)" % (self.title, what, self.seconds())
        sys.stdout.write("\r%s\033[K" % text if sys.stdout.isatty() else text + "\n")
        sys.stdout.flush()


def uv_at_hand():
    """uv, which installs ten times faster than pip: the one on PATH, or that of .venv. None without."""
    found = shutil.which("uv") or os.path.join(ROOT, ".venv", "bin", "uv")
    return found if os.path.exists(found) else None


def bring_uv(python, progress):
    """Installs uv as it is locked, by itself, into the environment of `python`. None if pip cannot."""
    wanted = os.path.join(ROOT, ".local", "uv-requirements.txt")
    with open(wanted, "w") as out:
        out.write(locked("requirements.txt", "uv"))
    command = [*pip(python), "--require-hashes", "--no-deps", "-r", wanted]
    progress.run("bringing uv", command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return uv_at_hand()


def pip(python):
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def index(python):
    """What uv has to be told so that it asks the same index as pip, whose settings it does not read."""
    if os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL"):
        return {}
    command = [python, "-m", "pip", "--disable-pip-version-check", "config", "get", "global.index-url"]
    asked = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = asked.communicate()[0].decode().strip()
    named = os.environ.get("PIP_INDEX_URL") or said
    return {"UV_DEFAULT_INDEX": named} if named else {}


def install(python, requirements, imports, progress):
    """Installs the lock file into the environment of `python`: with uv, or with pip where uv cannot be had or fails."""
    with open(os.path.join(ROOT, requirements)) as lock:
        packages = len(re.findall("^[a-z].*==", lock.read(), re.MULTILINE))
    wanted = ["--require-hashes", "--no-deps", "-r", requirements]
    uv = uv_at_hand() or (bring_uv(python, progress) if imports else None)
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", python]
        # Functions run in the emulator's environment and write no bytecode; whatever runs in .venv compiles what it needs.
        command += [] if imports else ["--compile-bytecode"]
        environment = dict(os.environ, **index(sys.executable))
        if progress.run("installing %d packages with uv" % packages, command + wanted, env=environment) == 0:
            return 0
        sys.stdout.write("\n  uv could not install them: the same with pip\n")
        subprocess.call([python, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
    return progress.run("installing %d packages with pip, which takes minutes" % packages, pip(python) + wanted)


def make(folder, requirements, imports):
    folder = os.path.join(ROOT, folder)
    ready = os.path.join(folder, READY)
    wanted = digest("%d.%d" % sys.version_info[:2], requirements)
    python = os.path.join(folder, "bin", "python")
    if os.path.exists(ready) and os.path.exists(python):
        with open(ready) as marker:
            if marker.read() == wanted:
                return 0
    progress = Progress(os.path.relpath(folder, ROOT))
    shutil.rmtree(folder, ignore_errors=True)
    bare = ["--without-pip"] if uv_at_hand() and not imports else []  # pip takes longer than all else here
    if progress.run("making the environment", [sys.executable, "-m", "venv", *bare, folder]) != 0:
        sys.stdout.write("\n%s cannot make a virtual environment (on Debian: apt install python3-venv).\n" % sys.executable)
        return 1
    if install(python, requirements, imports, progress) != 0:
        sys.stdout.write(
            "\nThe packages of %s could not be installed: see the lines above; run the command again.\n" % requirements
        )
        return 1
    site = subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"]).decode().strip()
    if imports:
        with open(os.path.join(site, "serverless_platform.pth"), "w") as paths:
            paths.write("".join(os.path.normpath(os.path.join(ROOT, path)) + "\n" for path in imports))
    with open(ready, "w") as marker:
        marker.write(wanted)
    progress.tell("made from %s" % requirements)
    if sys.stdout.isatty():
        sys.stdout.write("\n")
    return 0


def main():
    if sys.version_info < NEEDED:
        other = newer_python()
        if other:
            os.execv(other, [other, os.path.abspath(__file__)])
        sys.stderr.write(
            "Python %d.%d is needed, this is %d.%d (%s). Install a newer one, or name it: make PYTHON=python3.12 up\n"
            % (NEEDED[0], NEEDED[1], sys.version_info[0], sys.version_info[1], sys.executable)
        )
        return 1
    os.makedirs(os.path.join(ROOT, ".local"), exist_ok=True)
    for environment in ENVIRONMENTS:
        code = make(*environment)
        if code:
            return code
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; nothing is lost: run the command again.\n")
        sys.exit(130)
