"""`make preview STACK=dev`: what a change would do to a real stack. No network, no credentials.

The base commit is applied to a throw-away state with the offline provider (once per commit), then the working tree is
previewed over it: so additions, changes and replacements are real ones, judged by the guardrails. Both run from exported
copies; nothing tracked is touched.

Ends with 3 where data would be lost, and with 1 where something is refused; what is told is made in `reports`.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local import recovery
from local.engine.install import Engine, find_engine
from local.events import EventLog, Summary
from local.findings import grouped
from local.home import prepare
from local.paths import LOCAL, LOGS, ROOT
from local.steps import Refusal, console, run_command, step
from local.update import PROJECT, Stack, UpdateFailed
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.settings import Settings
from reports.changes import read_changes
from reports.preview import Report, markdown, text
from reports.sarif import sarif

PREVIEWS = LOCAL / "previews"
DATA_LOST = 3
"""Exit code where data would be lost."""
KEPT_BASES = 4
"""Applied base commits that are kept; older ones are removed."""


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refusal(f"`git {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()


def base_commit(named: str | None) -> str:
    """The commit to compare with: the one named, else where this branch left its upstream main, else HEAD."""
    if named:
        return git("rev-parse", "--verify", f"{named}^{{commit}}")
    for upstream in ("origin/main", "origin/HEAD"):
        known = subprocess.run(["git", "rev-parse", "-q", "--verify", upstream], cwd=ROOT, capture_output=True, check=False)
        if known.returncode == 0:
            return git("merge-base", "HEAD", upstream)
    return git("rev-parse", "HEAD")


def export_commit(commit: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)


def export_tree(folder: Path) -> None:
    """The working tree as it is: tracked files and new ones that git does not ignore."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in git("ls-files", "-co", "--exclude-standard").splitlines():
        source = ROOT / name
        if source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def make_stack(engine: Engine, name: str, folder: Path) -> Stack:
    """A stack whose program is the exported copy in `folder/program`, against the offline provider."""
    program = folder / "program"
    (program / ".venv").unlink(missing_ok=True)
    (program / ".venv").symlink_to(ROOT / ".venv")
    variables = {
        "SERVERLESS_PLATFORM_OFFLINE": "1",
        "PYTHONPATH": os.pathsep.join(str(program / path) for path in ("components/contract", "components/package")),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Stack(engine, name, folder, program=program, guardrails=program / "policies", variables=variables)


def apply_base(engine: Engine, stack_name: str, commit: str) -> Stack:
    """State as the base commit would leave it: from the cache, or applied now with the offline provider."""
    tools = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted((ROOT / "local" / "aws_provider").rglob("*.py")))
    ).hexdigest()
    folder = PREVIEWS / f"{stack_name}-{commit[:12]}-{tools[:8]}"
    done = folder / "applied"
    with step(f"Base commit {commit[:12]}") as current:
        if done.exists():
            current.result = "applied before"
            return make_stack(engine, stack_name, folder)
        shutil.rmtree(folder, ignore_errors=True)
        export_commit(commit, folder / "program")
        settings_file = folder / "program" / f"Pulumi.{stack_name}.yaml"
        if not settings_file.exists() or not (folder / "program" / "__main__.py").exists():
            current.result = f"it has no stack {stack_name!r} yet: compared with nothing"
            (folder / "program").mkdir(exist_ok=True)
            shutil.copy2(ROOT / "Pulumi.yaml", folder / "program" / "Pulumi.yaml")
            settings_file.write_text("config: {}\n")
            stack = make_stack(engine, stack_name, folder)
            stack.prepare(settings_file, {})
        else:
            stack = make_stack(engine, stack_name, folder)
            stack.prepare(settings_file, {})
            current.result = stack.run("up", current, "--skip-preview").words()
        done.touch()
    bases = sorted(PREVIEWS.glob(f"{stack_name}-*"), key=lambda path: path.stat().st_mtime)
    for old in bases[:-KEPT_BASES]:
        shutil.rmtree(old, ignore_errors=True)
    return stack


def lift_protection(stack: Stack) -> dict[str, str]:
    """Takes the protection off resources in throw-away state; resource -> component around it, of all of it.

    The engine ends a preview at the first protected resource that would go, and the rest would never be told.
    """
    checkpoint = stack.state / ".pulumi" / "stacks" / PROJECT / f"{stack.name}.json"
    content = json.loads(checkpoint.read_text())
    resources = (content.get("checkpoint", content).get("latest") or {}).get("resources") or []
    for each in resources:
        each.pop("protect", None)
    checkpoint.write_text(json.dumps(content))
    return {each["urn"]: each.get("parent", "") for each in resources}


def settings_of(stack: str) -> Settings:
    """Raises Refusal with everything that is wrong with them."""
    try:
        return stack_settings(ROOT, stack)
    except ProblemsError as wrong:
        raise Refusal(str(wrong)) from None


def report_of(settings: Settings, stack: str, commit: str, summary: Summary, parents: dict[str, str], complete: bool) -> Report:
    events = EventLog(LOGS / f"{stack}-preview.events.jsonl").new()
    findings = [
        (group.level, title, "".join(f"\n  - {line.strip()}" for line in rest))
        for group in grouped(summary, "mandatory", "advisory")
        for title, *rest in [group.lines()]
    ]
    return Report(stack, commit, settings.protect_state, settings.account_id, read_changes(events, parents), findings, complete)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make preview", description=__doc__)
    parser.add_argument("--stack", default="dev")
    parser.add_argument("--base", help="commit to compare with (default: where this branch left origin/main, else HEAD)")
    parser.add_argument("--markdown", type=Path, help="also write the report there, for a pull request's comment")
    parser.add_argument("--sarif", type=Path, help="also write the guardrails' findings there, for a code host that shows them at the lines of manifests")
    options = parser.parse_args()
    if not (ROOT / f"Pulumi.{options.stack}.yaml").exists():
        raise Refusal(f"there is no stack {options.stack!r}: Pulumi.{options.stack}.yaml does not exist")
    settings = settings_of(options.stack)
    with recovery.only_one("make preview"):
        with step("Pulumi engine") as current:
            engine = find_engine(current)
            prepare(engine)
        commit = base_commit(options.base)
        base = apply_base(engine, options.stack, commit)
        head_folder = PREVIEWS / "head"
        shutil.rmtree(head_folder, ignore_errors=True)
        export_tree(head_folder / "program")
        head = make_stack(engine, options.stack, head_folder)
        shutil.copytree(base.state, head.state)
        parents = lift_protection(head)
        failed: UpdateFailed | None = None
        with step(f"Preview of {options.stack}") as current:
            head.prepare(head.program / f"Pulumi.{options.stack}.yaml", {})
            try:
                summary = head.run("preview", current)
            except UpdateFailed as error:
                failed, summary = error, error.summary
            current.result = summary.words()
        told = report_of(settings, options.stack, commit, summary, parents, complete=failed is None)
        console.print(f"\n{text(told)}\n", markup=False)
        listed = LOGS / f"{options.stack}-preview.changes.txt"
        listed.write_text("\n".join(told.whole()) + "\n")
        if told.changes:
            console.print(f"Every change by itself: {listed.relative_to(ROOT)}", markup=False)
        if options.markdown:
            options.markdown.write_text(markdown(told))
        if options.sarif:
            options.sarif.write_text(json.dumps(sarif(summary.findings, ROOT, options.stack), indent=1))
        if failed:
            raise failed
    return DATA_LOST if told.lost else 0


if __name__ == "__main__":
    sys.exit(run_command(main))
