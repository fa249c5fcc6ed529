"""What the program refuses, before anything is made, and in which words."""

import pulumi
import pytest

from platform_contract.planning import effective_phase
from tests.program.graph import Node, run_program, stack_config


def refused(config=None, *, judged: bool = True, preview: bool = False) -> tuple[str, list[Node]]:
    nodes: list[Node] = []
    with pytest.raises(pulumi.RunError) as error:
        run_program("dev", config=config, judged=judged, nodes=nodes, preview=preview)
    return str(error.value), nodes


def test_unjudged_it_registers_nothing_but_the_question():
    message, nodes = refused(judged=False)
    assert message == (
        "nothing was changed: the guardrails do not judge this update. Run `make up STACK=dev`, "
        "or `pulumi up -s dev --policy-pack policies`"
    )
    assert [node.kind for node in nodes] == ["Stash"]


def test_all_wrong_settings_are_told_at_once():
    config = stack_config("dev") | {
        "serverless-platform:account_id": "11111", "serverless-platform:log_retention_days": 8, "serverless-platform:regoin": "x",
    }  # fmt: skip
    message, nodes = refused(config)
    for part in ("Pulumi.dev.yaml", "account_id", "11111", "12", "log_retention_days", "regoin", "did you mean 'region'?"):
        assert part in message, message
    assert [node.kind for node in nodes] == ["Stash"]


def test_a_missing_layer_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.delenv("SERVERLESS_PLATFORM_OFFLINE")
    monkeypatch.setattr("serverless_platform.program.reading.Project.build", tmp_path)
    message, nodes = refused(preview=True)
    assert message.endswith("run `make layer STACK=dev`")
    assert "Foundation" not in [node.kind for node in nodes]


def test_an_update_in_aws_wants_a_preview_of_the_same_program_before(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv("SERVERLESS_PLATFORM_OFFLINE")
    message, nodes = refused()
    assert message.startswith("nothing was changed: no preview of this program, with these settings, was judged on this machine")
    assert [node.kind for node in nodes] == ["Stash"]


@pytest.mark.parametrize(
    ("wanted", "limits", "phase"),
    [
        ("scale", ("pilot", None), "pilot"),
        ("pilot", ("scale", "scale"), "pilot"),
        ("scale", ("scale", "standardize"), "standardize"),
    ],
)
def test_a_stack_holds_a_workload_back_and_never_pushes_it_ahead(wanted, limits, phase):
    assert effective_phase(wanted, *limits) == phase
