"""Waivers: what is granted is granted for a while; what is wrong with them stops the update."""

import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from guardrails.catalogue import RULES
from guardrails.judge import Judge
from guardrails.register import register, waivers_of
from guardrails.resource import STACK, Resource, Stack
from guardrails.rule import Given
from guardrails.values import Values
from guardrails.waivers import Place, Waiver, Waivers, load_waivers
from wire import POLICIES, Server

TODAY = date(2026, 3, 1)
IDS = {rule.id for rule in RULES}
QUEUE = "aws:sqs/queue:Queue"
GOOD = {
    "rule": "sqs-queue-is-encrypted", "urn": "urn:pulumi:dev::platform::*::orders-intake", "owner": "commerce",
    "reason": "The partner cannot use our key yet.", "expires": "2026-05-01",
}  # fmt: skip
URN = "urn:pulumi:dev::platform::aws:sqs/queue:Queue::orders-intake"


def load(folder: Path, text: str):
    (folder / "waivers.yaml").write_text(text)
    return load_waivers(folder / "waivers.yaml", IDS, lambda: TODAY)


def yaml_of(*waivers: dict) -> str:
    lines = ["waivers:"]
    for waiver in waivers:
        lines += [f"{'  - ' if n == 0 else '    '}{key}: {value!r}" for n, (key, value) in enumerate(waiver.items())]
    return "\n".join(lines).replace(f"'{waiver['expires']}'", waiver["expires"]) if "expires" in waivers[-1] else "\n".join(lines)


def test_a_waiver_covers_its_rule_and_resource_only(tmp_path: Path) -> None:
    waivers = load(tmp_path, yaml_of(GOOD))
    assert list(waivers.problems()) == []
    assert waivers.covers("sqs-queue-is-encrypted", URN)
    assert not waivers.covers("resource-has-owner", URN)
    assert not waivers.covers("sqs-queue-is-encrypted", URN + "2")
    assert not waivers.covers("sqs-queue-is-encrypted", URN.replace(":dev:", ":prod:"))


@pytest.mark.parametrize(
    ("pattern", "held"),
    [
        ("urn:pulumi:dev::p::aws:sqs/queue:Queue::orders-intake", {"intake"}),
        ("urn:pulumi:dev::p::*::orders-intake", {"intake", "of a component", "of another type"}),
        ("urn:pulumi:dev::p::*::orders-*", {"intake", "of a component", "of another type", "second"}),
        ("urn:pulumi:dev::p::platform:index:Queue$aws:sqs/queue:Queue::orders-intake", {"of a component"}),
    ],
)
def test_a_pattern_holds_what_it_says(pattern: str, held: set[str]) -> None:
    urns = {
        "intake": "urn:pulumi:dev::p::aws:sqs/queue:Queue::orders-intake",
        "of a component": "urn:pulumi:dev::p::platform:index:Queue$aws:sqs/queue:Queue::orders-intake",
        "of another type": "urn:pulumi:dev::p::aws:sns/topic:Topic::orders-intake",
        "second": "urn:pulumi:dev::p::aws:sqs/queue:Queue::orders-second",
        "of another stack": "urn:pulumi:development::p::aws:sqs/queue:Queue::orders-intake",
        "of another project": "urn:pulumi:dev::p2::aws:sqs/queue:Queue::orders-intake",
        "of another workload": "urn:pulumi:dev::p::aws:sqs/queue:Queue::order",
        "of the stack": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev",
    }
    assert {name for name, urn in urns.items() if Place.parse(pattern).holds(urn)} == held


def test_it_holds_until_its_last_day(tmp_path: Path) -> None:
    assert load(tmp_path, yaml_of(GOOD | {"expires": str(TODAY)})).covers(GOOD["rule"], URN)


@pytest.mark.parametrize(
    ("expires", "problem"),
    [
        (TODAY - timedelta(days=1), "expires=2026-02-28: it has expired; repair the resource and remove the waiver, or have it granted again"),
        (TODAY + timedelta(days=181), "expires=2026-08-29: must be at most 180 days ahead (2026-08-28); choose an earlier date"),
    ],
)  # fmt: skip
def test_expired_or_too_long_is_a_problem_and_waives_nothing(tmp_path: Path, expires: date, problem: str) -> None:
    waivers = load(tmp_path, yaml_of(GOOD | {"expires": str(expires)}))
    assert list(waivers.problems()) == [
        "Waiver of rule 'sqs-queue-is-encrypted' for 'urn:pulumi:dev::platform::*::orders-intake' (owner commerce): "
        "policies/waivers.yaml: waivers[0]." + problem
    ]
    assert not waivers.covers(GOOD["rule"], URN)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"rule": "no-such-rule"}, "Waiver of rule 'no-such-rule': policies/waivers.yaml: waivers[0].rule=no-such-rule: there is no such rule"),
        ({"reason": "because"}, "waivers[0].reason='because': String should have at least 15 characters"),
        ({"owner": None}, "waivers[0].owner=not set: is required"),
        ({"urn": "*"}, "waivers[0].urn='*': must be urn:pulumi:<stack>::<project>::<type>::<name>"),
        ({"urn": "urn:pulumi:dev::*"}, "must be urn:pulumi:<stack>::<project>::<type>::<name>"),
        ({"urn": "urn:pulumi:*::platform::*::q"}, "is literal, except that the type may be * and a name may end with one * (orders-*)"),
        ({"urn": "urn:pulumi:dev::*::*::q"}, "is literal, except"),
        ({"urn": "urn:pulumi:dev::platform::aws:sqs/*::q"}, "is literal, except"),
        ({"urn": "urn:pulumi:dev::platform::*::*-intake"}, "is literal, except"),
        ({"urn": "urn:pulumi:dev::platform::*::o*s*"}, "is literal, except"),
        ({"urn": "urn:pulumi:dev::platform::*::[a-z]*"}, "is literal, except"),
        ({"urn": "urn:pulumi:dev::platform::*::orders-?"}, "is literal, except"),
        ({"urn": "urn:pulumi:dev::platform::*::*"}, "names no resource; a * stands only after the beginning of a name"),
        ({"expires": "2026-02-30"}, "waivers[0].expires='2026-02-30': is no date of the calendar, as 2027-01-31 is"),
        ({"expires": "2026-13-01"}, "waivers[0].expires='2026-13-01': is no date of the calendar"),
        ({"expires": "tomorrow"}, "waivers[0].expires='tomorrow': is no date of the calendar"),
        ({"forever": "yes"}, "waivers[0].forever='yes': is no field of a waiver"),
    ],
)  # fmt: skip
def test_a_malformed_waiver_is_a_problem_with_file_field_and_what_to_do(tmp_path: Path, change: dict, problem: str) -> None:
    waiver = {key: value for key, value in (GOOD | change).items() if value is not None}
    waivers = load(tmp_path, yaml_of(waiver))
    (told,) = waivers.problems()
    assert problem in told
    assert told.endswith(("correct the field or remove the waiver", "correct the name"))
    assert not waivers.covers(GOOD["rule"], URN)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("waivers: [", "Waivers: policies/waivers.yaml: cannot be read"),
        ("waivers: {}", "Waivers: policies/waivers.yaml: must hold one list named 'waivers'; repair the file"),
        (
            "waivers: [{expires: 2026-02-30}]\nmore: !!timestamp 2026-02-30",
            "cannot be read (day is out of range for month); repair the file",
        ),
        ("", "must hold one list named 'waivers'"),
        ("waivers: []\nmore: 1", "must hold one list named 'waivers'"),
        (
            "waivers: [5]",
            "Waiver of rule None: policies/waivers.yaml: waivers[0]=5: must be a waiver: rule, urn, reason, owner, expires",
        ),
    ],
)
def test_a_broken_file_is_a_problem_and_no_traceback(tmp_path: Path, text: str, problem: str) -> None:
    (told,) = load(tmp_path, text).problems()
    assert problem in told


def test_no_file_is_no_waiver(tmp_path: Path) -> None:
    assert list(load_waivers(tmp_path / "none.yaml", IDS).problems()) == []


@pytest.fixture(scope="module")
def waived_server(tmp_path_factory: pytest.TempPathFactory):
    """The pack with two waivers: one in force, one expired."""
    folder = tmp_path_factory.mktemp("pack") / "policies"
    shutil.copytree(POLICIES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    until = date.today() + timedelta(days=30)
    text = yaml_of(GOOD | {"expires": str(until)}, GOOD | {"urn": "urn:pulumi:prod::platform::*::q", "expires": "2020-01-01"})
    (folder / "waivers.yaml").write_text(text.replace(f"'{until}'", str(until)))
    with Server(folder) as running:
        yield running


def test_through_the_server_a_waived_finding_disappears_and_others_stay(waived_server: Server) -> None:
    tagged = {"tags": {"owner": "a"}}
    assert waived_server.analyze(Given(QUEUE, tagged, "orders-intake"), "dev") == []
    assert [t.policy for t in waived_server.analyze(Given(QUEUE, {}, "orders-intake"), "dev")] == ["resource-has-owner"]
    assert [t.policy for t in waived_server.analyze(Given(QUEUE, tagged, "q"), "prod")] == ["sqs-queue-is-encrypted"]


def test_a_waiver_holds_for_the_whole_graph_too() -> None:
    bucket = Resource("aws:s3/bucket:Bucket", "b", "urn:pulumi:s::p::t::b", Values({"bucket": "b"}))
    place = "urn:pulumi:s::p::*::b"
    waiver = Waiver("s3-bucket-is-private", Place.parse(place), place, "A public download page.", "a", TODAY)
    for waivers, refused in ((Waivers(), 1), (Waivers((waiver,), today=lambda: TODAY), 0)):
        told = Judge(RULES, waivers).stack(Stack((bucket,)))
        assert len([each for each in told if each.policy == "s3-bucket-is-private-joined"]) == refused


def test_through_the_server_an_expired_waiver_stops_the_stack_before_any_resource(waived_server: Server) -> None:
    (told,) = waived_server.analyze(Given(STACK, {}, "platform-dev"), "dev")
    assert (told.policy, told.level) == ("guardrails-can-judge", "mandatory")
    assert "policies/waivers.yaml: waivers[1].expires=2020-01-01: it has expired" in told.message


def test_the_waivers_are_checked_without_an_engine(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "guardrails", "check"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{len(RULES)} rules, 0 waivers\n")
    (folder / "waivers.yaml").write_text(yaml_of(GOOD | {"expires": "2026-02-30"}))
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "Waiver of rule 'sqs-queue-is-encrypted': policies/waivers.yaml: waivers[0].expires='2026-02-30': is no date"
    )


def asked(waivers: Waivers, inputs: dict, *, updating: bool = False) -> list[tuple[str, str]]:
    queue = Resource(QUEUE, "orders-intake", URN, Values(inputs))
    judge = Judge([rule for rule in RULES if rule.id == "sqs-queue-is-encrypted"], waivers, updating=updating)
    return [(told.policy, told.message) for told in [*judge.resource(queue), *judge.stack(Stack((queue,)))]]


def test_a_waiver_that_waives_nothing_any_more_is_named(tmp_path: Path) -> None:
    waivers = load(tmp_path, yaml_of(GOOD))
    assert asked(waivers, {"tags": {}}) == [], "it is in use"
    assert asked(waivers, {"kmsMasterKeyId": "arn:aws:kms:eu-west-1:000000000000:key/a"}) == [(
        "waivers-are-used",
        f"Waiver of rule sqs-queue-is-encrypted for '{GOOD['urn']}' (owner commerce): the rule finds nothing there any more.\nRemove it from policies/waivers.yaml",
    )]  # fmt: skip
    assert asked(waivers, {"kmsMasterKeyId": "arn:aws:kms:eu-west-1:000000000000:key/a"}, updating=True) == [], "said once, by the preview"


def test_the_register_shows_who_waived_what_until_when_and_what_is_new(tmp_path: Path) -> None:
    before = load(tmp_path, yaml_of(GOOD))
    other = {**GOOD, "rule": "resource-has-owner", "expires": "2026-02-20"}
    after = load(tmp_path, yaml_of(GOOD, other).replace("'2026-05-01'", "2026-05-01"))
    assert register(Waivers(today=lambda: TODAY)) == "Nothing is waived."
    assert register(after, before).splitlines()[2:4] == [
        f"| **new** resource-has-owner | `{GOOD['urn']}` | commerce | The partner cannot use our key yet. | 2026-02-20 | expired 9 days ago |",
        f"| sqs-queue-is-encrypted | `{GOOD['urn']}` | commerce | The partner cannot use our key yet. | 2026-05-01 | 61 |",
    ]
    assert "it has expired" in register(after).splitlines()[-1]
    assert register(Waivers(today=lambda: TODAY), before).splitlines() == ["Nothing is waived.", "", f"Gone: sqs-queue-is-encrypted for `{GOOD['urn']}`."]


def test_waivers_of_a_commit_are_read_and_another_is_refused() -> None:
    assert waivers_of("HEAD", IDS).broken == ()
    with pytest.raises(ValueError, match="there is no commit nowhere here; fetch it, or name another with BASE="):
        waivers_of("nowhere", IDS)
