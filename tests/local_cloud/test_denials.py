"""A permission that is missing is told with the verb and the line of the manifest; logs of failed checks are short."""

import json
from pathlib import Path

import pytest

from local import denials as told
from local.access_grants import Grant
from local.cloud import access_log
from local.smoke import own_frames
from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.planning import plan_workload

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plans():
    settings = stack_settings(ROOT, "local")
    return [plan_workload(manifest, settings) for manifest in load_manifests(ROOT / "workloads", settings).values()]


@pytest.fixture
def sentences(tmp_path, plans, monkeypatch):
    """Sentences for calls that orders.api was denied, where its role has `grants`."""
    role = next(plan for plan in plans if plan.name == "orders").functions["api"].role_name

    def ask(*calls: tuple[str, str, str], grants=(), since: int = 0) -> list[str]:
        lines = [{"role": role, "action": action, "resource": resource, "decision": decision} for action, resource, decision in calls]
        access_log(tmp_path).write_text("".join(json.dumps(line) + "\n" for line in lines))
        monkeypatch.setattr(told, "granted", lambda _: [Grant(role, *grant) for grant in grants])
        return told.denials(None, tmp_path, plans, ROOT / "workloads", since)

    return ask


def test_verb_field_file_and_line_are_named(sentences, plans):
    table = next(plan for plan in plans if plan.name == "orders").tables["orders"].arn
    text = (ROOT / "workloads/orders.yaml").read_text().splitlines()
    line = next(number for number, each in enumerate(text, 1) if each.strip().startswith("orders: [get"))
    assert sentences(("dynamodb:DeleteItem", table, "ImplicitDeny"), ("dynamodb:Query", f"{table}/index/by-customer", "ImplicitDeny")) == [
        f"orders/api was denied dynamodb:DeleteItem on the table orders: add `delete` to functions.api.uses.orders (workloads/orders.yaml:{line})",
        f"orders/api was denied dynamodb:Query on the table orders: add `query` to functions.api.uses.orders (workloads/orders.yaml:{line})",
    ]
    (no_verb,) = sentences(("dynamodb:Scan", table, "ImplicitDeny"))
    assert no_verb.startswith(f"orders/api was denied dynamodb:Scan on the table orders (workloads/orders.yaml:{line}): no verb of a table allows it; known are read")


def test_what_is_allowed_was_granted_since_or_lies_before_is_not_told(sentences, plans):
    table = next(plan for plan in plans if plan.name == "orders").tables["orders"].arn
    denied = ("dynamodb:DeleteItem", table, "ImplicitDeny")
    assert sentences(("dynamodb:GetItem", table, "Allow")) == []
    assert sentences(denied, grants=[("dynamodb:DeleteItem", (table,))]) == []
    assert sentences(denied, since=1) == []
    assert len(sentences((*denied[:2], "Deny"), grants=[("dynamodb:DeleteItem", (table,))])) == 1, "a statement that denies wins"


def test_what_the_workload_does_not_have_is_said_so(sentences):
    (sentence,) = sentences(("s3:PutObject", "arn:aws:s3:::somebody-else/x", "ImplicitDeny"))
    assert sentence == (
        "orders/api was denied s3:PutObject on arn:aws:s3:::somebody-else/x: the manifest of orders has nothing of that name; "
        "a function reaches what its workload has, by `uses`"
    )


@pytest.mark.parametrize(
    ("kind", "action", "verbs"),
    [("bucket", "s3:GetObject", ["get"]), ("bucket", "s3:ListBucket", ["read"]), ("queue", "sqs:SendMessage", ["send"]), ("topic", "s3:GetObject", [])],
)
def test_the_verb_that_allows_least_is_advised(kind, action, verbs):
    assert told.least_verbs(kind, action) == verbs


def test_of_a_traceback_the_handlers_own_frames_are_shown():
    assert own_frames([
        "Traceback (most recent call last):",
        '  File "/tmp/x/ministack-lambda-f-abc/layer_0/python/pydantic/main.py", line 1, in validate', "    return 1", "           ^",
        '  File "/tmp/x/ministack-lambda-f-abc/code/orders/api.py", line 65, in work', "    order = create()", "            ^^^^^^^^",
        "KeyError: 'x'",
    ]) == ["Traceback (most recent call last):", "  handlers/orders/api.py, line 65, in work", "    order = create()", "KeyError: 'x'"]  # fmt: skip
