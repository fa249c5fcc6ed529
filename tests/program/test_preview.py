"""What is not known before the first update. Everything else guardrails can judge before anything is made."""

from collections.abc import Iterator
from typing import Any

from pulumi.runtime import rpc

from tests.program import reviewed
from tests.program.graph import Graph


def unknown(value: Any, path: str) -> Iterator[str]:
    if value is rpc.UNKNOWN or value == rpc.UNKNOWN or type(value).__name__ == "Unknown":
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from unknown(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for each in value:
            yield from unknown(each, f"{path}[]")


def test_only_what_aws_assigns_is_unknown_as_reviewed(preview: Graph):
    found = [(node, f"{node.kind} {path}") for node in preview.nodes for path in unknown(node.properties, "")]
    lists = {owner: sorted(lines) for owner, lines in reviewed.by_owner(preview, found).items()}
    assert reviewed.differences("unknown_at_preview", lists) == []


def test_policies_alarms_and_names_are_known(preview: Graph):
    """Of the documents that rules read, only those on ARNs that AWS assigns are unknown: of the key, and of a WebSocket API."""
    for node in preview.nodes:
        paths = list(unknown(node.properties, ""))
        # AppSync writes into the group that is called after the id that AWS assigns to the API.
        assert "name" not in paths or node.parent.endswith("GraphqlApi::boards-graphql"), node.urn
        if node.kind == "iam/rolePolicy":
            assert ("policy" in paths) == node.name.endswith(("-key", "-assigned")), node.urn
        if node.kind == "cloudwatch/metricAlarm":
            assert set(paths) <= {"dimensions.ApiId", "dimensions.DistributionId", "dimensions.GraphQLAPIId", "dimensions.ExecutedVersion", "metricQueries[].metric.dimensions.ApiId"}, node.urn
