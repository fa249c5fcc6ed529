"""Runbooks: every alarm has its section, every command is one that exists and names what the workload has."""

import re
import shlex
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from operations.__main__ import arguments
from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.pages import runbooks
from platform_contract.pages.runbooks import RESOURCES, general_sections, sections
from platform_contract.plan.model import parts_of
from platform_contract.planning import draft, plan_workload
from platform_contract.platform.alarms import section_of
from platform_contract.platform.base import NamedAlarm

ROOT = Path(__file__).resolve().parents[3]
PROD = stack_settings(ROOT, "prod")
MANIFESTS = load_manifests(ROOT / "workloads", PROD)
PAGES = runbooks.pages(ROOT, MANIFESTS, PROD)
GENERAL = general_sections(ROOT)

READERS = {"UUID", "VERSION", "NAME", "FROM", "TO", "EXECUTION_ARN", "ALARM", "ERROR", "FAILED", "TIMED_OUT", "BLOCK", "REGIONAL", "CLOUDFRONT"}
"""Words in capitals that stay in a page: what the reader finds out, and what AWS calls so."""


def commands(page: str) -> list[str]:
    return [line for block in re.findall(r"```shell\n(.*?)```", page, flags=re.DOTALL) for line in block.splitlines()]


def test_the_pages_are_those_of_the_manifests():
    assert {path.name: path.read_text() for path in (ROOT / runbooks.FOLDER).glob("*.md") if path.name != runbooks.INDEX} == PAGES, "run `make docs`"


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_alarm_is_told_in_its_section(name):
    found = sections(PAGES[f"{name}.md"])
    for alarm in parts_of(NamedAlarm, plan_workload(MANIFESTS[name], PROD)):
        assert f"`{alarm.physical_name}`" in found[section_of(alarm)].text
    assert set(found) - {"First"} <= set(GENERAL)


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_standardized_workload_has_a_section_for_each_of_its_alarms(name):
    """Whatever phase it is in today."""
    assert {section_of(alarm) for alarm in parts_of(NamedAlarm, draft(MANIFESTS[name], PROD, "scale"))} <= set(GENERAL)


def test_who_owns_it_is_told():
    page = PAGES["orders.md"]
    assert "| owner | commerce, #commerce |" in page and "| on call | commerce-on-call@example.com |" in page
    assert "| escalation | the platform team, by the addresses in alarm_receivers of the stack's settings |" in page


def of_general() -> list[str]:
    return [command for section in GENERAL.values() for command in section.commands]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page):
    found = commands(PAGES[page])
    assert found
    for command in found:
        assert not set(re.findall(r"\b[A-Z][A-Z_]+\b", command)) - READERS, command
        check(command)


def test_every_general_command_exists_and_is_filled_in_somewhere():
    later = [runbooks.page(each, draft(each, PROD, "scale"), PROD, GENERAL) for each in MANIFESTS.values()]
    told = "\n".join(line for page in (*PAGES.values(), *later) for line in commands(page))
    for command in of_general():
        check(command)
        verb = " ".join(shlex.split(command)[:4 if command.startswith("python") else 3])
        assert verb in told or runbooks.RELEASES.search(command), command
    assert {word for command in of_general() for word in re.findall(r"\b[A-Z][A-Z_]+\b", command)} <= RESOURCES | READERS | {"WORKLOAD", "STACK"}


def test_a_released_workload_is_not_told_to_move_its_alias_by_hand():
    released, pilot = PAGES["orders.md"], PAGES["documents.md"]
    assert "operations rollback orders" in released and "update-alias" not in released
    assert "update-alias --function-name prod-documents-submit" in pilot and "rollback documents" not in pilot


@pytest.mark.parametrize(("command", "says"), [
    ("aws lambda stop-function --function-name x", "stop_function"),
    ("aws lambda update-alias --function-name x", "Name"),
    ("aws lambda get-function-concurrency --name x", "Name"),
])  # fmt: skip
def test_a_command_that_does_not_exist_is_noticed(command, says):
    with pytest.raises(AssertionError, match=says):
        check(command)


def check(command: str) -> None:
    """That a command of a runbook could be run: verb and options of `operations`, or operation and parameters of AWS."""
    words = shlex.split(command)
    if words[:3] == ["python", "-m", "operations"]:
        try:
            arguments(words[3:])
        except SystemExit:
            raise AssertionError(f"operations does not take: {command}") from None
        return
    assert words[0] == "aws", command
    operations = model(words[1])
    assert xform_name(words[2].replace("-", "_")) in operations, f"{xform_name(words[2].replace('-', '_'))}: no operation of {words[1]}"
    shape = operations[words[2].replace("-", "_")]
    given = {words[at] for at in range(3, len(words)) if words[at].startswith("--")} - {"--region"}  # which every command takes
    members = {f"--{xform_name(name).replace('_', '-')}": name for name in (shape.members if shape else {})}
    members |= {option.replace("--", "--no-", 1): name for option, name in list(members.items()) if shape.members[name].type_name == "boolean"}
    assert given <= set(members), f"{command}: {', '.join(name.title().replace('-', '') for name in sorted(given - set(members)))} is no parameter"
    lacking = set(shape.required_members if shape else ()) - {members[option] for option in given}
    assert not lacking, f"{command}: lacks {', '.join(sorted(lacking))}"


@cache
def model(service: str) -> dict:
    found = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): found.operation_model(name).input_shape for name in found.operation_names}
