"""What AWS refuses or drops without a word, and the embedded cloud does not."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from tests.program.graph import ROOT, Graph, run_program, stack_config


def changed(tmp_path: Path, workload: str, **fields) -> Graph:
    """What dev makes of one workload, with top-level fields of its manifest replaced."""
    (tmp_path / "workloads").mkdir()
    for name in ("handlers", "policies"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "__main__.py", tmp_path)
    manifest = yaml.safe_load((ROOT / "workloads" / f"{workload}.yaml").read_text())
    (tmp_path / "workloads" / f"{workload}.yaml").write_text(yaml.safe_dump({**manifest, **fields}))
    return run_program("dev", program=tmp_path / "__main__.py")


def test_access_logs_need_no_entry_in_the_policy_of_the_account(graph: Graph):
    """Other groups are added to it one by one until it is full (5120 characters); then AWS refuses the next stage."""
    for stage in graph.all("apigatewayv2/stage"):
        destination = stage.inputs["accessLogSettings"]["destinationArn"]
        assert destination.split(":log-group:")[1].startswith("/aws/vendedlogs/")
        assert not destination.endswith(":*")


def test_metrics_from_code_pass_the_filter_of_the_log(graph: Graph):
    """Embedded metrics have no level: Lambda takes them for INFO, and above that would drop them."""
    for function in graph.all("lambda/function"):
        assert function.inputs["loggingConfig"]["applicationLogLevel"] in ("DEBUG", "INFO")


@pytest.mark.parametrize(
    ("dollars", "sent"), [(50, "50.0"), (1_000_000, "1000000.0"), (123456.78, "123456.78"), (0.00001, "0.00001")]
)
def test_a_budget_is_written_without_exponent_and_in_full(tmp_path: Path, dollars: float, sent: str):
    graph = changed(tmp_path, "orders", cost={"monthly_budget_usd": dollars})
    amount = graph.one("budgets/budget", "orders-budget").inputs["limitAmount"]
    assert amount == sent
    assert re.fullmatch(r"([0-9]*\.)?[0-9]+", amount)  # Budgets API reference, Spend


def test_statements_of_a_role_have_sids_of_their_own(tmp_path: Path):
    """IAM refuses a document with one Sid twice; `orders` takes two statements, so `orders2` and `orders-2` are near to it."""
    orders = yaml.safe_load((ROOT / "workloads" / "orders.yaml").read_text())
    names = ("orders", "orders2", "orders-2")
    orders["functions"]["api"]["uses"] = {key: ["read"] for key in names}
    graph = changed(tmp_path, "orders", functions=orders["functions"], tables={key: {"partition_key": "id"} for key in names})
    sent = json.loads(graph.one("iam/rolePolicy", "orders-api-access").inputs["policy"])["Statement"]
    assert [each["Sid"] for each in sent] == [
        "Logs", "Traces", "TableOrders", "TableOrders2", "TableOrders2X", "TableOrders22", "TableOrders2XX", "TableOrders22X", "Idempotency",
    ]  # fmt: skip
    told = graph.one("Function", "orders-api").inputs["statements"]
    assert [each["sid"] for each in told] == [each["Sid"] for each in sent]


def test_every_document_is_one_that_iam_takes(graph: Graph):
    """Sids are unique, letters and digits; a role's own policies together stay below 10240 characters, a key policy below 32 KB."""
    sizes: Counter[str] = Counter()
    for node in graph.nodes:
        for field in ("policy", "assumeRolePolicy"):
            if not node.custom or field not in node.inputs:
                continue
            document = json.loads(node.inputs[field])
            sids = [each["Sid"] for each in document["Statement"]]
            assert len(set(sids)) == len(sids)
            assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)
            if node.kind == "iam/rolePolicy":
                sizes[node.inputs["role"]] += len(json.dumps(document, separators=(",", ":")))
            if node.kind == "kms/key":
                assert len(node.inputs[field]) < 32_768
    assert sizes
    assert max(sizes.values()) < 10_240


def test_nothing_is_skipped_on_aws(dev: Graph, prod: Graph):
    """The provider asks AWS who it is; keys, endpoint and shortcuts are for the embedded cloud."""
    for graph in (dev, prod):
        inputs = graph.one("aws", "aws").inputs
        assert {"endpoints", "accessKey", "secretKey", "s3UsePathStyle", "skipRequestingAccountId"} & set(inputs) == set()
        assert inputs.get("skipCredentialsValidation", "false") == "false"
        assert inputs.get("skipMetadataApiCheck", "false") == "false"


def test_functions_reserve_no_more_than_the_account_has(dev: Graph, prod: Graph):
    """Lambda refuses a reservation that leaves fewer than 100 for all others."""
    for graph in (dev, prod):
        reserved = {each.name: each.inputs.get("reservedConcurrentExecutions") for each in graph.all("lambda/function")}
        assert sum(count or 0 for count in reserved.values()) <= 900
        # Secrets Manager calls the ones, one at a time and once a month, releases the next, schedules the others.
        assert all(name.endswith(("-rotation", "-release-checks", "-restore-check", "-probe")) for name, count in reserved.items() if count is None)


def test_a_tag_is_sent_once(graph: Graph):
    """A tag that is default tag and own tag too is a difference in every later preview."""
    defaults = set(json.loads(graph.one("aws", "aws").inputs["defaultTags"])["tags"])
    for node in graph.nodes:
        if node.custom:
            assert not defaults & set(node.inputs.get("tags") or {}), node.urn
            for key, value in (node.inputs.get("tags") or {}).items():
                assert re.fullmatch(r"[\w .:/=+@-]{1,128}", key)
                assert re.fullmatch(r"[\w .:/=+@-]{1,256}", value)


def test_tokens_of_the_pool_are_those_that_the_api_accepts(graph: Graph):
    """The issuer is the pool's address without a slash at its end; a token for access has no audience but the client's id."""
    pool, client = graph.one("cognito/userPool", "platform-users"), graph.one("cognito/userPoolClient", "platform-users")
    region = stack_config(graph.nodes[0].urn.split(":")[2])["serverless-platform:region"]
    for authorizer in graph.all("apigatewayv2/authorizer"):
        if authorizer.inputs["authorizerType"] != "JWT":
            continue
        assert authorizer.inputs["jwtConfiguration"] == {
            "issuer": f"https://cognito-idp.{region}.amazonaws.com/{pool.name}-id", "audiences": [f"{client.name}-id"],
        }  # fmt: skip
