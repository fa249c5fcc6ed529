"""Makes the two Python environments from their hash-locked requirements. Standard library only.

Run by `make` before anything else, with whatever `python3` is there: so the syntax is that of Python 3.6, and an
interpreter that is too old is refused (or a newer one on PATH is used) with a sentence instead of a traceback.
"""

import hashlib
import os
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


def install(python, requirements):
    """Installs the lock file into the environment of `python`, with uv where it is found (ten times faster)."""
    uv = shutil.which("uv")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", python]
    return subprocess.call([*command, "--require-hashes", "--no-deps", "-r", requirements], cwd=ROOT)


def make(folder, requirements, imports):
    folder = os.path.join(ROOT, folder)
    ready = os.path.join(folder, READY)
    wanted = digest("%d.%d" % sys.version_info[:2], requirements)
    python = os.path.join(folder, "bin", "python")
    if os.path.exists(ready) and os.path.exists(python):
        with open(ready) as marker:
            if marker.read() == wanted:
                return 0
    started = time.time()
    sys.stdout.write("  %s from %s " % (os.path.relpath(folder, ROOT), requirements))
    sys.stdout.flush()
    shutil.rmtree(folder, ignore_errors=True)
    if subprocess.call([sys.executable, "-m", "venv", folder]) != 0:
        sys.stdout.write("\n%s cannot make a virtual environment (on Debian: apt install python3-venv).\n" % sys.executable)
        return 1
    if install(python, requirements) != 0:
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
    sys.stdout.write("(%.0f s)\n" % (time.time() - started))
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
    for folder, requirements, imports in ENVIRONMENTS:
        code = make(folder, requirements, imports)
        if code:
            return code
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; nothing is lost: run the command again.\n")
        sys.exit(130)
