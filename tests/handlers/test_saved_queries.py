"""Saved queries ask for fields that log lines have: a misspelt field finds nothing and says nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from handler_support import Context

from platform_contract.features.queries import QUERIES
from shared.observability import accept_correlation_id, instrumented, logger
from tests.fakes.report_line import REPORT

WORDS = {
    "filter", "fields", "stats", "sort", "limit", "by", "as", "and", "in", "asc", "desc", "count", "earliest", "latest", "avg", "pct", "max", "sum",
    "bin", "ispresent", "strlen",
}  # fmt: skip
"""Of the language of CloudWatch Logs Insights, as far as the queries use it."""
DISCOVERED = {"@timestamp", "@message", "@log"}
"""Fields that CloudWatch Logs adds to every line."""


def fields_of(query: str) -> set[str]:
    """Names of fields that a query asks for, without the names that it gives itself."""
    plain = re.sub(r'"[^"]*"', "", query)
    given = set(re.findall(r"\bas (\w+)", plain))
    found = set(re.findall(r"(?<![\w@.])@?[a-zA-Z][\w.]*", re.sub(r"\b\d+\w*", "", plain)))
    return found - given - WORDS


def paths(value: dict[str, Any], above: str = "") -> Iterator[str]:
    """Fields as Logs Insights calls them: record.metrics.durationMs."""
    for key, each in value.items():
        yield above + key
        if isinstance(each, dict):
            yield from paths(each, f"{above}{key}.")


@pytest.fixture
def failed(log):
    """The log of a request that failed: a line of the handler's own, and one about the failure."""

    @instrumented
    def handler(event: dict[str, Any], context: Any) -> None:
        accept_correlation_id("try-1")
        logger.info("at work")
        raise ValueError("of the test")

    with pytest.raises(ValueError, match="of the test"):
        handler({}, Context())
    assert len(log.all()) == 2
    return log


def test_fields_are_read_out_of_a_query():
    assert fields_of('filter type = "a b" and ispresent(record.x) | stats count(*) as n, pct(y, 99) as p by @log, bin(1h) | limit 5') == {
        "type", "record.x", "y", "@log",
    }  # fmt: skip


@pytest.mark.parametrize("question", QUERIES)
def test_every_field_is_in_a_line(failed, question: str):
    logged = {path for line in failed.all() for path in paths(line)}
    asked = fields_of(QUERIES[question].text)
    is_of_lambda = "platform.report" in QUERIES[question].text
    assert asked - DISCOVERED <= (set(paths(REPORT)) if is_of_lambda else logged)
    assert asked - DISCOVERED, "a query that asks for nothing of ours"


def test_a_field_that_no_line_has_is_noticed(failed):
    logged = {path for line in failed.all() for path in paths(line)}
    renamed = QUERIES["errors-by-correlation-id"].text.replace("correlation_id", "correlation")
    assert fields_of(renamed) - DISCOVERED - logged == {"correlation"}


def test_a_failure_is_found_with_its_id(failed):
    """What the query for errors filters and groups by."""
    [line] = failed.of("ERROR")
    assert (line["correlation_id"], line["message"], line["exception_name"]) == ("try-1", "the function failed", "ValueError")
