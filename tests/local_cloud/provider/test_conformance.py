"""Every type in the table, against the emulator and through gRPC as the engine would."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from aws_provider import data, registry

from . import wire
from .cases import Case, Inputs, Made

SOME, NONE = 2, 1
TABLES = sorted(path.stem for path in Path(__file__).parent.glob("cases*.py"))
MODULES = [import_module(f".{name}", __package__) for name in TABLES]
CASES: list[Case] = [case for module in MODULES for case in module.CASES]
MORE: list[Case] = [case for module in MODULES for case in getattr(module, "MORE", ())]
pytestmark = pytest.mark.emulator


@contextmanager
def needed(provider: wire.Provider, case: Case) -> Iterator[Made]:
    made: Made = {}
    ids = []
    for name, token, inputs in case.needs:
        id, state, _ = provider.make(token, inputs(made), name)
        made[name] = {**state, "id": id}
        ids.append((name, token, id, state))
    try:
        yield made
    finally:
        for name, token, id, state in reversed(ids):
            provider.delete(token, id, state, name)


def changed(case: Case, made: Made, inputs: Inputs) -> Inputs:
    change = case.changed(made) if callable(case.changed) else case.changed
    return {key: value for key, value in {**inputs, **change}.items() if value is not None}


def differences(answer: object) -> list[str]:
    return sorted(answer.detailedDiff)  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", CASES + MORE, ids=lambda case: case.token.split(":")[1])
def test_life_of_a_resource(provider: wire.Provider, case: Case) -> None:
    token = case.token
    with needed(provider, case) as made:
        given = case.inputs(made)
        inputs = provider.checked(token, given)
        id, state = provider.create(token, inputs)
        assert id and all(state.get(name) not in (None, "") for name in case.outputs), state
        assert {key: state.get(key) for key in given if key != "tags"} == {key: inputs[key] for key in given if key != "tags"}

        assert provider.read(token, id, state, inputs) == (id, state, inputs)
        assert differences(provider.diff(token, id, state, inputs, provider.checked(token, given, olds=inputs))) == []

        wanted = provider.checked(token, changed(case, made, given), olds=inputs)
        if case.changed:
            answer = provider.diff(token, id, state, inputs, wanted)
            assert answer.changes == SOME and list(answer.replaces) == []
            updated = provider.update(token, id, state, inputs, wanted)
            assert provider.read(token, id, updated, wanted) == (id, updated, wanted)
            assert provider.diff(token, id, updated, wanted, wanted).changes == NONE
            fresh = provider.read(token, case.import_id(made, updated) if case.import_id else id)
            left = provider.diff(token, fresh[0], fresh[1], fresh[2], wanted)
            assert set(left.diffs) <= case.not_imported, left
            state = updated

        if case.replaced is not None:
            other = provider.checked(
                token, {key: value for key, value in {**given, **case.replaced}.items() if value is not None}, olds=wanted
            )
            answer = provider.diff(token, id, state, wanted, other)
            assert set(answer.replaces) and set(answer.replaces) <= set(case.replaced), answer
            assert answer.deleteBeforeReplace == case.deletes_first

        provider.delete(token, id, state)
        assert (provider.read(token, id, state, wanted)[0] != "") == case.stays, "still there after its deletion"
        provider.delete(token, id, state)  # once more: gone is success


def test_every_type_has_a_case() -> None:
    assert {case.token for case in CASES} == {entry.token for entry in registry.entries()}
    assert len(CASES) == len(registry.entries()), "a type has two cases"


def test_every_type_is_in_the_data() -> None:
    for token in registry.all_types():
        known = data.types(token.split(":")[1].split("/")[0])["types"][token]
        assert set(known["required"]) <= set(known["inputs"]), token
        assert set(data.replace(token).get("defaults", {})) <= set(known["inputs"]), token
