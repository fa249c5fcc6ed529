"""What the pack answers to the program's question, and what the program makes of it. test_door.py shows it on the engine."""

import inspect
import shutil
import stat
import time
from pathlib import Path

import pulumi
import pytest
from guardrails.catalogue import RULES
from guardrails.rule import Given, Level
from wire import POLICIES, Server

from platform_contract.platform import guardrails
from platform_contract.platform.guardrails import (
    QUESTION_TYPE,
    Answer,
    Nonce,
    answers,
    digest,
    leave,
    note_preview,
    preview_passed,
    take,
)
from serverless_platform.program.require_policy_pack import wrong

OURS = "a" * 64


@pytest.fixture
def configured(server: Server):
    """The session's server, with its own levels again afterwards."""
    yield server
    server.configure({})


def test_the_pack_answers_with_its_digest(server: Server) -> None:
    assert server.ask(Nonce.fresh()) == [Answer(digest(POLICIES))]


def test_it_answers_the_program_and_nobody_else(server: Server) -> None:
    assert server.ask(Nonce.fresh(), name="other") == []
    assert server.ask(Nonce.fresh(), type_="aws:sqs/queue:Queue") == []
    assert server.ask(Nonce((0, 0, 0))) == []  # a stash without timeouts


def test_an_answer_is_taken_once(server: Server) -> None:
    nonce = Nonce.fresh()
    assert server.ask(nonce) and take(nonce) == []


def test_the_question_is_the_type_that_the_sdk_registers() -> None:
    assert QUESTION_TYPE in inspect.getsource(pulumi.Stash._internal_init)


@pytest.mark.parametrize("part", [1, 2**32])
def test_a_nonce_survives_the_way_through_the_engine(part: int) -> None:
    """It keeps nanoseconds in 64 bits, and hands seconds on as a float."""
    assert part * 10**9 < 2**63 and round(float(part)) == part
    assert Nonce((part, 1, 1)).timeouts == (f"{part}s", "1s", "1s")


def test_nonces_differ_and_are_never_none() -> None:
    nonces = {Nonce.fresh().parts for _ in range(100)}
    assert len(nonces) == 100 and all(1 <= part <= 2**32 for parts in nonces for part in parts)


@pytest.mark.parametrize("level", ["disabled", "advisory"])
def test_every_rule_that_is_configured_away_is_told(configured: Server, level: str) -> None:
    names = {rule.id for rule in RULES if rule.check and rule.level is Level.MANDATORY} | {"guardrails-can-judge", "s3-bucket-is-private-joined"}
    configured.configure(dict.fromkeys(names, level))
    (answer,) = configured.ask(Nonce.fresh())
    assert answer.weakened == dict.fromkeys(names, level)


def test_what_is_configured_as_strict_or_stricter_weakens_nothing(configured: Server) -> None:
    configured.configure(
        {"sqs-queue-is-encrypted": "mandatory", "alarm-has-action": "remediate", "decided-in-the-update": "disabled"}
    )
    (answer,) = configured.ask(Nonce.fresh())
    assert answer.weakened == {}


def test_the_digest_is_of_sources_and_waivers_not_of_caches(tmp_path: Path) -> None:
    copy = tmp_path / "policies"
    shutil.copytree(POLICIES, copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert digest(copy) == digest(POLICIES)
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "pack.cpython-311.pyc").write_bytes(b"cache")
    assert digest(copy) == digest(POLICIES)
    before = digest(copy)
    for name in ("waivers.yaml", "PulumiPolicy.yaml", "guardrails/rules/sqs.py"):
        (copy / name).write_text((copy / name).read_text() + "\n# changed\n")
        assert digest(copy) != before
        before = digest(copy)
    (copy / "guardrails" / "more.py").touch()
    assert digest(copy) != before


def test_no_pack_has_no_digest(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no policy pack"):
        digest(tmp_path / "policies")


def test_answers_lie_in_a_folder_of_the_users_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert stat.S_IMODE(answers().stat().st_mode) == 0o700
    answers().chmod(0o777)
    with pytest.raises(PermissionError, match="is not a folder of this user's alone; remove it"):
        answers()
    answers_path = next(tmp_path.iterdir())
    answers_path.rmdir()
    answers_path.symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        answers()


def test_answers_that_nobody_took_go_after_a_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    old, new = Nonce.fresh(), Nonce.fresh()
    leave(old, Answer(OURS))
    tomorrow = time.time() + guardrails.STALE_SECONDS + 60
    monkeypatch.setattr("platform_contract.platform.guardrails.time.time", lambda: tomorrow)
    leave(new, Answer(OURS))
    assert [path.name for path in answers().iterdir()] == [new.name]


def test_an_answer_that_another_program_takes_meanwhile_is_no_obstacle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two programs share the folder: what was listed may be gone when its age is asked for."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    taken, nonce = answers() / Nonce.fresh().name, Nonce.fresh()
    monkeypatch.setattr(Path, "iterdir", lambda _: iter([taken]))
    leave(nonce, Answer(OURS))
    assert take(nonce) == [Answer(OURS)]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([], "nothing was changed: the guardrails do not judge this update. Run `make up STACK=dev`"),
        ([Answer("b" * 64)], "(digest bbbbbbbbbbbb) are not those that this program expects (digest aaaaaaaaaaaa)"),
        ([Answer("b" * 64), Answer("c" * 64)], "(digest bbbbbbbbbbbb, cccccccccccc)"),
        ([Answer(OURS, {"b": "disabled", "a": "advisory"})], "weakens the guardrails: b is disabled; a is advisory. Run without it"),
    ],
)  # fmt: skip
def test_what_the_program_refuses(given: list[Answer], problem: str) -> None:
    assert problem in (wrong(given, OURS, "dev") or "")


@pytest.mark.parametrize(
    "given", [[Answer(OURS)], [Answer("b" * 64), Answer(OURS)], [Answer(OURS, {"a": "disabled"}), Answer(OURS)]]
)
def test_one_pack_that_judges_in_full_is_enough(given: list[Answer]) -> None:
    assert wrong(given, OURS, "dev") is None


BUCKET = Given("aws:s3/bucket:Bucket", {"bucket": "b", "tags": {"owner": "a"}}, "b")
UNENCRYPTED = Given("aws:sqs/queue:Queue", {"name": "q", "tags": {"owner": "a"}}, "q")


@pytest.mark.parametrize(
    ("resources", "stack", "update", "passes"),
    [
        ([], [], False, True),
        ([UNENCRYPTED], [], False, False),  # refused before it is made
        ([BUCKET], [BUCKET], False, False),  # what only the whole stack shows
        ([], [], True, False),  # an update is no preview
    ],
)
def test_a_preview_passes_when_nothing_was_refused(
    resources: list[Given], stack: list[Given], update: bool, passes: bool
) -> None:
    nonce = Nonce.fresh()
    program = nonce.name
    with Server(POLICIES) as server:
        server.configure_stack(dry_run=not update)
        server.ask(nonce)
        note_preview(nonce, program)
        for given in resources:
            server.analyze(given, "passing")
        assert not preview_passed(program)  # the stack comes last
        server.analyze_stack(stack, "passing")
    assert preview_passed(program) == passes
    assert not preview_passed(program + "another")
