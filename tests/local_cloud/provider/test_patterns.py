"""Event patterns: the emulator's PutRule, the provider's check and the manifest's check refuse the same patterns in the same words."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.contract.event_patterns import ALL_RIGHT, ALL_WRONG, FALLS_BACK

from . import wire

pytestmark = pytest.mark.emulator

RULE, ARCHIVE = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventArchive:EventArchive"
PREFIX = "Event pattern is not valid. Reason: "


def refusal(events: Any, pattern: Any) -> str | None:
    """What the emulator's PutRule says; None if it takes the pattern."""
    try:
        events.put_rule(Name="pattern", EventPattern=json.dumps(pattern))
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return None


def found(provider: wire.Provider, token: str, inputs: dict[str, Any]) -> list[str]:
    """What the provider finds in the pattern, without its place and the resource's URN."""
    return [told.partition(": ")[2].partition(" [urn:")[0] for property, told in provider.check(token, inputs)[1] if property == "eventPattern"]


def test_what_the_emulator_takes_is_taken(provider: wire.Provider, client: Any) -> None:
    for pattern in ALL_RIGHT:
        assert (refusal(client("events"), pattern), found(provider, RULE, {"eventPattern": json.dumps(pattern)})) == (None, []), pattern


def test_the_provider_says_what_the_emulator_says(provider: wire.Provider, client: Any) -> None:
    events = client("events")
    for pattern, reason in ALL_WRONG:
        for token, more in ((RULE, {}), (ARCHIVE, {"eventSourceArn": f"arn:aws:events:{wire.REGION}:{wire.ACCOUNT}:event-bus/default"})):
            assert found(provider, token, {"eventPattern": json.dumps(pattern), **more})[0] == PREFIX + reason, pattern
        if reason not in FALLS_BACK:
            assert refusal(events, pattern) == PREFIX + reason, pattern


def test_a_pattern_that_is_no_json_is_refused(provider: wire.Provider) -> None:
    assert found(provider, RULE, {"eventPattern": "source: orders"}) == [PREFIX + "Invalid JSON"]
