"""The partners' REST API as API Gateway calls it (payload format 1.0), and its contract as JSON schema draft 4."""

import base64
import json

import pytest
from handler_support import Context, items, make_table
from http_support import routed

BODY = {"reference": "r-1", "destination": "DE", "service": "standard", "parcels_grams": [800, 1001]}


@pytest.fixture
def table(aws, monkeypatch):
    from partners import quotes

    name = make_table(aws, "quote_id")
    monkeypatch.setenv("TABLE_QUOTES", name)
    monkeypatch.setenv("WORKLOAD", "partners")
    quotes.store.cache_clear()
    yield lambda: items(aws, name)
    quotes.store.cache_clear()


def event(method: str, path: str, body=None, key_id: str | None = "key-id-1", query: dict | None = None, **headers) -> dict:
    sent = {"Host": "api", **{name.replace("_", "-").title(): value for name, value in headers.items()}}
    route, parameters = routed(method, path)
    return {
        "resource": route.partition(" ")[2], "path": path, "httpMethod": method, "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()}, "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": parameters, "stageVariables": None, "isBase64Encoded": False,
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "requestContext": {
            "requestId": "edge-request", "stage": "v1", "path": f"/v1{path}", "httpMethod": method, "resourcePath": route.partition(" ")[2],
            "identity": {"sourceIp": "127.0.0.1", **({"apiKeyId": key_id, "apiKey": "the-key"} if key_id else {})},
        },
    }  # fmt: skip


def call(*arguments, **options) -> dict:
    from partners.quotes import handler

    return handler(event(*arguments, **options), Context())


def post(body=BODY, **options) -> dict:
    return call("POST", "/quotes", body, **options)


def problem(reply: dict) -> tuple[int, str, str | None]:
    told = json.loads(reply["body"])
    assert sorted(told) == ["correlation_id", "field", "message"]
    assert [told["correlation_id"]] == reply["multiValueHeaders"]["x-correlation-id"]
    return reply["statusCode"], told["message"], told["field"]


def test_post_keeps_one_quote_and_get_tells_it_in_each_currency(table, metric_values):
    reply = post()
    quote = json.loads(reply["body"])
    assert (reply["statusCode"], quote["price"], quote["currency"], quote["status"]) == (201, 2 * 490 + 110 + 2 * 110, "EUR", "open")
    assert reply["multiValueHeaders"] == {
        "content-type": ["application/json"], "cache-control": ["no-store"], "location": [f"/quotes/{quote['quote_id']}"],
        "x-correlation-id": ["edge-request"],
    }  # fmt: skip
    [kept] = table()
    assert (kept["quote_id"]["S"], kept["caller"]["S"]) == (quote["quote_id"], "key-id-1")
    prices = {}
    for currency in ("EUR", "GBP", "CHF"):
        told = json.loads(call("GET", f"/quotes/{quote['quote_id']}", query={"currency": currency})["body"])
        assert {**told, "price": 0, "currency": ""} == {**quote, "price": 0, "currency": ""}
        prices[currency] = told["price"]
    assert prices == {"EUR": 1310, "GBP": 1125, "CHF": 1400}
    assert metric_values() == {"QuotesMade": 1}


def test_the_same_reference_gives_the_same_quote_and_another_body_422(table):
    first, again = post(), post()
    assert (again["statusCode"], again["body"]) == (200, first["body"])
    assert problem(post({**BODY, "service": "express"})) == (
        422, "this reference was used before with another body; use a new one", "reference",
    )  # fmt: skip
    assert len(table()) == 1


def test_partners_see_their_own_quotes_only(table):
    mine, other = (json.loads(post(key_id=key)["body"])["quote_id"] for key in ("key-id-1", "key-id-2"))
    assert mine != other
    for path in (other, "quo_" + "0" * 32, "nonsense"):
        assert problem(call("GET", f"/quotes/{path}", query={"currency": "EUR"})) == (404, "you have no quote of this id", "quote_id")


def test_without_the_keys_id_the_key_itself_tells_who_calls_and_is_kept_nowhere(table, log):
    replies = [post(key_id=None, x_api_key=key) for key in ("secret-a", "secret-a", "secret-b")]
    ids = [json.loads(reply["body"])["quote_id"] for reply in replies]
    assert ids[0] == ids[1] != ids[2]
    assert "secret-" not in json.dumps(table()) + log.stream.getvalue()


def test_without_a_key_nothing_is_done(table):
    assert problem(post(key_id=None)) == (403, "an API key is needed", "x-api-key")
    assert problem(call("GET", "/quotes/x", key_id=None, query={"currency": "EUR"}))[0] == 403
    assert table() == []


@pytest.mark.parametrize("query", [None, {}, {"currency": "eur"}, {"currency": "USD"}, {"currency": ""}])
def test_the_currency_is_required_and_one_of_the_tariffs(table, query):
    status, message, field = problem(call("GET", "/quotes/x", query=query))
    assert (status, field) == (400, "currency")
    assert message.startswith("currency: ")


def test_a_quote_expires_but_can_still_be_read():
    from partners import logic
    from partners.contracts import KeptQuote, QuoteRequest

    kept: dict[str, KeptQuote] = {}

    class Store:
        def add(self, quote):
            return kept.setdefault(quote.quote_id, quote) is quote

        def find(self, quote_id):
            return kept.get(quote_id)

    quote, new = logic.create(QuoteRequest(**BODY), "p", Store(), lambda: 1_800_000_000)
    assert new and (quote.created_at, quote.valid_until) == ("2027-01-15T08:00:00Z", "2027-01-16T08:00:00Z")
    for after, status in ((86_399, "open"), (86_400, "expired")):
        again = logic.get(quote.quote_id, "p", "EUR", Store(), lambda after=after: 1_800_000_000 + after)
        assert again is not None and (again.status, again.price) == (status, quote.price)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, 1310), ({"destination": "US"}, 1834), ({"service": "express"}, 3100), ({"parcels_grams": [1]}, 600), ({"parcels_grams": [1000]}, 600)],
)  # fmt: skip
def test_prices(changes, expected):
    from partners.contracts import QuoteRequest
    from partners.logic import price

    assert price(QuoteRequest(**{**BODY, **changes}), "EUR") == expected


BAD = [
    {}, {**BODY, "extra": 1}, {**BODY, "reference": ""}, {**BODY, "reference": "a b"}, {**BODY, "reference": 7},
    {**BODY, "destination": "de"}, {**BODY, "destination": "DEU"}, {**BODY, "service": "slow"}, {**BODY, "service": None},
    {**BODY, "parcels_grams": []}, {**BODY, "parcels_grams": [0]}, {**BODY, "parcels_grams": [30_001]},
    {**BODY, "parcels_grams": [1.5]}, {**BODY, "parcels_grams": ["1"]}, {**BODY, "parcels_grams": [True]},
    {**BODY, "parcels_grams": [1] * 51}, {**BODY, "parcels_grams": 5}, {name: BODY[name] for name in list(BODY)[1:]},
]  # fmt: skip
GOOD = [BODY, {**BODY, "parcels_grams": [30_000] * 50}, {**BODY, "service": "express", "reference": "A_b.c-9"}]


@pytest.mark.parametrize("body", BAD)
def test_a_bad_body_is_400_with_a_field_and_nothing_written(table, body):
    status, message, field = problem(post(body))
    assert status == 400 and field and message.startswith(f"{field}: ")
    assert table() == []


@pytest.mark.parametrize("body", ["{", "[]", None])
def test_a_body_that_is_no_object_is_400(table, body):
    assert problem(post(body))[0::2] == (400, "body")


def test_the_edges_schema_and_the_code_agree():
    """API Gateway validates with draft 4; what it lets through and what the code lets through must be the same."""
    from jsonschema import Draft4Validator
    from pydantic import ValidationError

    from partners.contracts import QuoteRequest

    def accepted(body) -> bool:
        try:
            QuoteRequest.model_validate(body)
        except ValidationError:
            return False
        return True

    schema = QuoteRequest.model_json_schema()
    Draft4Validator.check_schema(schema)
    edge = Draft4Validator(schema)
    assert [(edge.is_valid(body), accepted(body)) for body in GOOD] == [(True, True)] * len(GOOD)
    assert [(edge.is_valid(body), accepted(body)) for body in BAD] == [(False, False)] * len(BAD)


def test_the_schema_uses_no_word_that_draft_4_ignores():
    """An unknown word is no error there: it would be a check that never happens."""
    from partners.contracts import QuoteRequest

    known = {
        "type", "title", "description", "default", "properties", "required", "additionalProperties", "items", "minItems",
        "maxItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "enum", "anyOf", "allOf", "oneOf", "not",
    }  # fmt: skip

    def words(schema: dict) -> set[str]:
        found = set(schema)
        for inner in schema.get("properties", {}).values():
            found |= words(inner)
        return found | (words(schema["items"]) if "items" in schema else set())

    assert words(QuoteRequest.model_json_schema()) <= known


def test_a_base64_body_is_read(table):
    from partners.quotes import handler

    sent = event("POST", "/quotes", base64.b64encode(json.dumps(BODY).encode()).decode())
    assert handler(sent | {"isBase64Encoded": True}, Context())["statusCode"] == 201


def test_the_callers_correlation_id_is_in_the_answer_and_in_every_log_line(table, log):
    replies = [post(x_correlation_id="c-1"), post({}, x_correlation_id="c-1"), call("GET", "/nowhere", x_correlation_id="c-1")]
    assert [reply["multiValueHeaders"]["x-correlation-id"] for reply in replies] == [["c-1"]] * 3
    assert [line["correlation_id"] for line in log.all()] == ["c-1"] * 3
    assert problem(replies[2]) == (404, "there is no such route", None)


def test_an_event_without_headers_and_query_is_answered(table):
    from partners.quotes import handler

    sent = event("GET", "/quotes/x") | {"headers": None, "multiValueHeaders": None}
    assert handler(sent, Context())["statusCode"] == 400
