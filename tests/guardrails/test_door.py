"""The guardrails' own door: what the program accepts as "judged", on the real engine, with a program of two resources."""

import json
import re
import shutil
from pathlib import Path

import pytest
from wire import POLICIES

from local.home import environment
from tests.conftest import ROOT, Project

pytestmark = pytest.mark.engine

PROGRAM = f"""
import hashlib, os, pulumi
from pathlib import Path
from platform_contract.platform.guardrails import digest
from serverless_platform.program.require_policy_pack import refuse_unjudged, refuse_unpreviewed

async def main():
    nonce = await refuse_unjudged(digest(Path({str(POLICIES)!r})))
    if "REAL" in os.environ:
        refuse_unpreviewed(nonce, hashlib.sha256((os.environ["REAL"] + os.environ["VALUE"]).encode()).hexdigest())
    for name in os.environ["THINGS"].split():
        pulumi.Stash(name, input=os.environ["VALUE"])

pulumi.run(main)
"""
REFUSED = "nothing was changed: the guardrails do not judge this update. Run `make up STACK=test`"
THING = "urn:pulumi:test::door::pulumi:index:Stash::{}"
QUESTION = THING.format("guardrails")


class Door(Project):
    """The project; each call says whether the pack is there, and with which configuration."""

    def up(self, *flags: str, pack: Path | None = None, config: dict | None = None, value: str = "1", things: str = "one two"):
        if pack:
            flags = (*flags, "--policy-pack", str(pack))
        if config is not None:
            file = self.folder / "configuration.json"
            file.write_text(json.dumps(config))
            flags = (*flags, "--policy-pack-config", str(file))
        return self.call("up", "--yes", "--skip-preview", *flags, VALUE=value, THINGS=things)

    def state(self) -> dict[str, str]:
        """Value by name of what there is besides the question."""
        resources = json.loads(self.call("stack", "export").stdout)["deployment"].get("resources", [])
        return {
            each["urn"].rsplit("::", 1)[1]: each["inputs"]["input"]
            for each in resources
            if "Stash" in each["urn"] and each["urn"] != QUESTION
        }


def make(engine, folder: Path) -> Door:
    folder.mkdir()
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.yaml").write_text(
        f"name: door\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {ROOT / '.venv'}}}}}\n"
    )
    paths = ":".join(str(ROOT / path) for path in ("components/contract", "components/package"))
    door = Door(folder, environment(engine, folder / "state", {"PYTHONPATH": paths}), str(engine.pulumi))
    assert door.call("stack", "init", door.stack).returncode == 0
    return door


@pytest.fixture(scope="module")
def door(engine, tmp_path_factory) -> Door:
    """A stack that was made under the guardrails: what any later run without them must not change."""
    made = make(engine, tmp_path_factory.mktemp("door") / "project")
    done = made.up(pack=POLICIES)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def told(done) -> str:
    return " ".join((done.stdout + done.stderr).split())


def test_a_new_stack_is_refused_without_the_pack_and_takes_a_target_with_it(engine, tmp_path: Path) -> None:
    door = make(engine, tmp_path / "project")
    done = door.up()
    assert done.returncode != 0
    assert REFUSED in told(done) and "--policy-pack policies" in told(done) and "Traceback" not in told(done)
    assert door.state() == {}
    done = door.up("--target", THING.format("one"), pack=POLICIES)
    assert done.returncode == 0, told(done)
    assert "one" in door.state() and "two" not in door.state()


@pytest.mark.parametrize(
    "flags",
    [(), ("--target", THING.format("one")), ("--target", QUESTION), ("--exclude", THING.format("two"))],
)
def test_an_existing_stack_is_refused_without_the_pack_whatever_the_flags(door: Door, flags: tuple[str, ...]) -> None:
    before = door.state()
    done = door.up(*flags, value="unjudged", things="one")
    assert done.returncode != 0 and REFUSED in told(done), told(done)
    assert door.state() == before, "an unjudged program must not delete what it did not register either"


def test_an_unchanged_run_changes_nothing(door: Door) -> None:
    done = door.up("--expect-no-changes", pack=POLICIES)
    assert done.returncode == 0, told(done)
    assert "4 unchanged" in told(done)  # the stack, the question and two things


@pytest.mark.parametrize(
    ("flags", "changed"),
    [(("--target", THING.format("one")), {"one"}), (("--exclude", THING.format("one")), {"two"})],
)
def test_an_honest_target_or_exclude_passes_under_the_pack(door: Door, flags: tuple[str, ...], changed: set[str]) -> None:
    value = f"judged {flags[0]}"
    done = door.up(*flags, pack=POLICIES, value=value)
    assert done.returncode == 0, told(done)
    assert {name for name, held in door.state().items() if held == value} == changed


ANSWERS = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def remediate(args):
    if args.name == "guardrails":
        args.props["input"] = "0.1.0"
        return args.props

PolicyPack("serverless-platform-guardrails", [ResourceValidationPolicy(
    "guardrails-answer", "Answers.", remediate=remediate, enforcement_level=EnforcementLevel.REMEDIATE)])
"""


def test_a_pack_that_only_answers_is_refused(door: Door, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(ANSWERS)
    shutil.copy(POLICIES / "PulumiPolicy.yaml", tmp_path)
    (tmp_path / "PulumiPolicy.yaml").write_text(
        (POLICIES / "PulumiPolicy.yaml").read_text().replace("../.venv", str(ROOT / ".venv"))
    )
    before = door.state()
    done = door.up(pack=tmp_path, value="unjudged")
    assert done.returncode != 0 and REFUSED in told(done), told(done)
    assert door.state() == before


def test_a_pack_with_other_rules_or_waivers_than_the_projects_is_refused(door: Door, tmp_path: Path) -> None:
    pack = tmp_path / "policies"
    shutil.copytree(POLICIES, pack, ignore=shutil.ignore_patterns("__pycache__"))
    (pack / "PulumiPolicy.yaml").write_text((POLICIES / "PulumiPolicy.yaml").read_text().replace("../.venv", str(ROOT / ".venv")))
    before = door.state()
    done = door.up(pack=pack, value="judged by another")
    assert done.returncode != 0
    assert "the guardrails that judge this update (digest " in told(done), told(done)
    assert "are not those that this program expects" in told(done)
    assert door.state() == before


def test_ours_with_rules_configured_away_is_refused(door: Door) -> None:
    before = door.state()
    done = door.up(pack=POLICIES, config={"all": "advisory", "sqs-queue-is-encrypted": "disabled"}, value="half judged")
    assert done.returncode != 0
    assert "a configuration of the policy pack weakens the guardrails: sqs-queue-is-encrypted is disabled; alarm-can-fire, " in told(done), told(done)
    assert re.search(r" and \d+ more are advisory\. Run without it", told(done)), told(done)
    assert door.state() == before


def test_an_update_of_a_real_stack_wants_a_preview_of_the_same_program(door: Door, tmp_path: Path) -> None:
    door.environment = {"REAL": str(tmp_path)}  # no other run has used this program
    try:
        before = door.state()
        done = door.up(pack=POLICIES, value="not previewed")
        assert done.returncode != 0 and "nothing was changed: no preview of this program" in told(done), told(done)
        assert door.state() == before
        done = door.call("preview", "--policy-pack", str(POLICIES), VALUE="previewed", THINGS="one two")
        assert done.returncode == 0, told(done)
        done = door.up(pack=POLICIES, value="another")
        assert done.returncode != 0 and "Run `pulumi up` without --skip-preview" in told(done)
        done = door.up(pack=POLICIES, value="previewed")
        assert done.returncode == 0, told(done)
        assert set(door.state().values()) == {"previewed"}
    finally:
        door.environment = {}


TWO_FAULTS = """
import pulumi
from pulumi_aws import Provider, s3, sqs

aws = pulumi.ResourceOptions(provider=Provider("aws", region="eu-west-1", skip_credentials_validation=True))
sqs.Queue("open", name="open", tags={"owner": "a"}, opts=aws)
s3.Bucket("bare", bucket="bare", tags={"owner": "a"}, opts=aws)
"""


def test_a_preview_tells_what_one_resource_shows_and_what_the_whole_stack_shows_together(make_project) -> None:
    project = make_project(TWO_FAULTS)
    done = project.call("preview", "--policy-pack", str(POLICIES), SERVERLESS_PLATFORM_OFFLINE="1")
    assert done.returncode != 0
    for finding in (
        "Queue 'open': kmsMasterKeyId=not set", "Bucket 'bare': bucket=bare: the bucket has no encryption configuration",
        "Bucket 'bare': bucket=bare: the bucket has no public access block",
    ):  # fmt: skip
        assert finding in told(done), told(done)
