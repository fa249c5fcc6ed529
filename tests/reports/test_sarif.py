"""Findings as SARIF: at the line of the manifest that names the resource."""

from pathlib import Path

from reports.sarif import sarif

URN = "urn:pulumi:dev::p::serverless-platform:index:Queue$aws:sqs/queue:Queue::orders-paid-orders"
MESSAGE = "Queues are encrypted.\nSQS queue 'orders-paid-orders' of workload 'orders': key=not set: no key.\nSet a key. Rule queue-is-encrypted, see its page"
MANIFEST = "name: orders\nfunctions:\n  orders:\n    timeout_seconds: 3\nqueues:\n  paid:\n    retention_days: 1\n  paid-orders:\n    retention_days: 4\n"


def results(root: Path, *findings: tuple[str, str, str]) -> list[dict]:
    (root / "workloads").mkdir(exist_ok=True)
    (root / "workloads" / "orders.yaml").write_text(MANIFEST)
    log = sarif(findings, root, "dev")
    assert (log["version"], log["runs"][0]["tool"]["driver"]["name"]) == ("2.1.0", "serverless-platform guardrails")
    return log["runs"][0]["results"]


def place(result: dict) -> tuple[str, int]:
    physical = result["locations"][0]["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_a_finding_stands_at_the_key_that_names_most_of_its_resource(tmp_path):
    (result,) = results(tmp_path, ("mandatory", URN, MESSAGE), ("mandatory", URN, MESSAGE))
    assert (result["ruleId"], result["level"], place(result)) == ("queue-is-encrypted", "error", ("workloads/orders.yaml", 8))
    assert result["partialFingerprints"] == {"resourceAndRule/v1": "orders-paid-orders:queue-is-encrypted"}


def test_what_no_key_names_stands_at_the_manifest_and_what_belongs_to_no_workload_at_the_settings(tmp_path):
    key = "urn:pulumi:dev::p::aws:kms/key:Key::orders-key"
    of_nobody = "urn:pulumi:dev::p::aws:sns/topic:Topic::platform-alarms"
    found = results(tmp_path, ("advisory", key, "Keys rotate.\nKMS key 'orders-key' of workload 'orders': x.\nDo. Rule key-rotates, see"),
                    ("mandatory", of_nobody, "Topics are encrypted.\nSNS topic 'platform-alarms': x.\nDo. Rule topic-is-encrypted, see"),
                    ("mandatory", of_nobody, "of another pack"))  # fmt: skip
    assert [(each["ruleId"], each["level"], place(each)) for each in found] == [
        ("key-rotates", "warning", ("workloads/orders.yaml", 1)), ("topic-is-encrypted", "error", ("Pulumi.dev.yaml", 1)),
        ("guardrail", "error", ("Pulumi.dev.yaml", 1)),
    ]  # fmt: skip
