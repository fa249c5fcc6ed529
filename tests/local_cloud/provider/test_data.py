"""The tables and the data beside them, against each other and against what they were made from."""

import re
import subprocess
import sys
from pathlib import Path

from aws_provider import data, registry
from aws_provider.refusals import REFUSALS
from aws_provider.schema import fields

from . import wire


def test_the_data_is_what_the_installed_packages_say() -> None:
    command = [sys.executable, "-m", "aws_provider.generate", "--check"]
    done = subprocess.run(command, env={"PYTHONPATH": str(wire.ROOT / "local")}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "stale: nothing\n", "")


def test_what_replaces_says_where_it_comes_from() -> None:
    replace = data._read("replace.json")
    assert replace["_about"].startswith("Obtained by asking terraform-provider-aws 5.100.0 itself")
    assert set(replace) - {"_about"} == set(registry.all_types())


def test_tables_name_only_what_the_types_have() -> None:
    """A misspelt property in a table would be left out in silence."""
    for token, entry in registry.table().items():
        known, inputs = fields(token).all, fields(token).inputs
        named = {*entry.attributes, *entry.known, *entry.recomputed} - {"owner"}
        assert named <= set(known), (token, named - set(known))
        of_inputs = {*entry.json, *entry.ordered, *entry.assigned, *filter(None, [entry.named])}
        assert of_inputs <= set(inputs), (token, of_inputs - set(inputs))
        assert set(entry.unread) <= set(known), (token, set(entry.unread) - set(known))
        nested = {
            name for each in data.types(token.split(":")[1].split("/")[0])["nested"].values() if each for name in each["inputs"]
        }
        assert {name for name in entry.api.values() if name} <= set(known) | nested, token


def test_every_type_says_what_aws_refuses_and_the_emulator_does_not() -> None:
    for token, refusals in REFUSALS.items():
        assert refusals or token in data.not_emulated(), token
        for refusal in refusals:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", refusal.id) and refusal.says.endswith("."), refusal
    ids = [refusal.id for refusals in REFUSALS.values() for refusal in refusals]
    assert len(ids) == len(set(ids))


def test_what_a_type_needs_is_a_type_of_the_table_and_an_input() -> None:
    kinds = {token.split(":")[1] for token in registry.all_types()}
    for token, refusals in REFUSALS.items():
        for needs in filter(None, (refusal.needs for refusal in refusals)):
            kind, _, property_ = needs.partition(" of ")
            assert kind in kinds and (not property_ or property_ in fields(token).inputs), (token, needs)


def test_no_module_is_longer_than_a_person_reads() -> None:
    for path in (wire.ROOT / "local" / "aws_provider").rglob("*.py"):
        assert len(Path(path).read_text().splitlines()) <= 300, path
