"""The REST API of partners: what is refused at its edge, what counts on whose quota, and what it answers."""

import json
import uuid

import pytest

from tests.end_to_end.calls import log_lines, send

pytestmark = pytest.mark.end_to_end

REQUEST = {"destination": "CH", "service": "standard", "parcels_grams": [1200, 450]}


@pytest.fixture
def api(platform):
    return platform.inventory.workloads["partners"].apis["rest"]


@pytest.fixture
def call(platform, api):
    """One call as a client: status, parsed body, headers."""
    values: dict[str, str] = {}

    def go(method: str, path: str, body=None, client: str | None = "globex", **headers: str):
        if client and client not in values:
            key = platform.cloud.client("apigateway").get_api_key(apiKey=api.key_ids[client], includeValue=True)
            values[client] = key["value"]
        sent = {"x-api-key": values[client]} if client else {}
        status, answer, told = send(platform.url(api.api_id, api.stage) + path, method, None, body, **sent, **headers)
        return status, json.loads(answer), told

    return go


def quote(call, **options):
    return call("POST", "/quotes", {**REQUEST, "reference": uuid.uuid4().hex}, **options)


def invocations(platform) -> int:
    """Requests that reached the function: each ends with a line that carries its id."""
    return len({line.get("function_request_id") for line in log_lines(platform, "partners", "quotes")})


def test_a_quote_is_made_once_and_read_by_its_partner_alone(call):
    body = {**REQUEST, "reference": uuid.uuid4().hex}
    status, made, headers = call("POST", "/quotes", body)
    assert (status, headers["location"]) == (201, f"/quotes/{made['quote_id']}")
    assert call("POST", "/quotes", body)[:2] == (200, made)
    status, read, _ = call("GET", f"/quotes/{made['quote_id']}?currency=CHF")
    assert (status, read["currency"], read["quote_id"]) == (200, "CHF", made["quote_id"])
    assert call("GET", f"/quotes/{made['quote_id']}?currency=CHF", client="acme")[0] == 404


@pytest.mark.parametrize("change", [{"service": "overnight"}, {"parcels_grams": ["heavy"]}, {"destination": "Switzerland"}, {"more": 1}])
def test_a_body_that_does_not_fit_never_reaches_the_function(platform, call, change):
    before = invocations(platform)
    status, told, _ = call("POST", "/quotes", {**REQUEST, "reference": "x", **change})
    assert (status, told["field"], invocations(platform)) == (400, "body", before)
    assert told["correlation_id"]


def test_a_missing_parameter_never_reaches_the_function(platform, call):
    before = invocations(platform)
    status, told, _ = call("GET", "/quotes/q1")
    assert (status, told["field"], invocations(platform)) == (400, "query", before)
    assert "currency" in told["message"]


def test_without_a_key_that_is_known_nothing_is_done(platform, call):
    before = invocations(platform)
    assert quote(call, client=None)[0] == 403
    assert quote(call, client=None, x_api_key="no-such-key-no-such-key")[0] == 403
    assert invocations(platform) == before


def test_a_client_beyond_its_rate_is_told_429_and_others_are_not(call):
    statuses = [quote(call, client="acme")[0] for _ in range(40)]
    assert set(statuses) == {201, 429}, statuses
    assert quote(call, client="globex")[0] == 201


def test_a_client_beyond_its_quota_is_told_429_for_good(call):
    import time

    granted, refused = 0, []
    while len(refused) < 3:
        status, told, _ = quote(call, client="sandbox")
        if status == 429 and "quota" in told["message"]:
            refused.append(told)
        elif status == 429:
            time.sleep(0.5)  # its rate, not its quota
        else:
            granted += 1
        assert granted <= 25
    assert granted == 25
    assert quote(call, client="globex")[0] == 201
