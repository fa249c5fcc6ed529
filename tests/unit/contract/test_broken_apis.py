"""Every way to get an HTTP, REST or WebSocket API wrong is told with its field, rule and fix, word by word."""

import pytest

from .samples import TODAY, drop, everything, problems_with, put, settings

HTTP = "functions.api.triggers.1.http"
REST = "functions.quotes.triggers"
SOCKET = "functions.socket.triggers"

BROKEN = [
    ("lambda without a function", [drop(f"{HTTP}.authorizer_function")],
     "functions.api.triggers[1].http.authorizer_function: is required with `authorizer: lambda`; name a function of the workload"),
    ("function without lambda", [drop(f"{HTTP}.authorizer")],
     "functions.api.triggers[1].http.authorizer_function=gate: is for `authorizer: lambda` only; remove it, or write `authorizer: lambda`"),
    ("unknown authorizer function", [put(f"{HTTP}.authorizer_function", "gait")],
     "functions.api.triggers[1].http.authorizer_function=gait: is no function of this workload; there is api, gate, quotes, worker, ship, "
     "text, deliver, process, sweep, index, transform, socket, validate, ask, price, rotate; did you mean 'gate'?"),
    ("function that decides for itself", [put(f"{HTTP}.authorizer_function", "api")],
     "functions.api.triggers[1].http.authorizer_function=api: decides for itself: API Gateway asks the authorizer first, and it alone may "
     "know who calls; give the decision a function of its own"),
    ("authorizer beyond its timeout", [put("functions.gate.timeout_seconds", 12)],
     "functions.gate.timeout_seconds=12: must be at most 10 s for an authorizer: API Gateway gives up then and answers 500; lower it"),
    ("public, and a function that decides", [put(HTTP, {"route": "GET /x", "public": True, "public_reason": "for everybody", "authorizer_function": "gate"})],
     "functions.api.triggers[1].http.authorizer_function=gate: is for `authorizer: lambda` only; remove it, or write `authorizer: lambda`"),
    ("public, and an authorizer", [put(HTTP, {"route": "GET /x", "public": True, "public_reason": "for everybody", "authorizer": "iam"})],
     "functions.api.triggers[1].http.authorizer=iam: says who may call, and public: true that everybody may; remove one of the two"),
    ("origin with a path", [put("http_api.allowed_origins", ["https://shop.example.com/"])],
     "http_api.allowed_origins[0]=https://shop.example.com/: must be an origin: https://, a host, and perhaps a port; http:// for this "
     "machine only; write it like https://shop.example.com, without a slash at its end"),
    ("any origin", [put("http_api.allowed_origins", ["*"])],
     "http_api.allowed_origins[0]=*: must be an origin: https://, a host, and perhaps a port; http:// for this machine only; write it "
     "like https://shop.example.com, without a slash at its end"),
    ("origin without TLS", [put("http_api.allowed_origins", ["http://shop.example.com"])],
     "http_api.allowed_origins[0]=http://shop.example.com: must be an origin: https://, a host, and perhaps a port; http:// for this "
     "machine only; write it like https://shop.example.com, without a slash at its end"),
    ("origin twice", [put("http_api.allowed_origins", ["https://a.example.com", "https://a.example.com"])],
     "http_api.allowed_origins=https://a.example.com, https://a.example.com: names https://a.example.com twice; remove one of the two"),
    ("rest of a path in the middle", [put(f"{HTTP}.route", "GET /orders/{all+}/x")],
     "functions.api.triggers[1].http.route=GET /orders/{all+}/x: must be a method (GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS), one "
     "space and a path without a slash at its end; write it like GET /orders/{order_id}"),
    ("routes that differ in signs only", [put("functions.api.triggers.0.http.route", "GET /orders-order-id")],
     "functions.api.triggers[1].http.route=GET /orders/{order_id}: differs from GET /orders-order-id only in capitals, signs and braces; "
     "change one of the two paths"),
    ("settings of an HTTP API without routes", [put("functions.api.triggers", [{"rest": {"route": "GET /orders"}}])],
     "http_api: belongs to no route; add a trigger `http` to a function, or remove it"),
    ("two owners of a REST route", [put("functions.worker.triggers", [{"queue": {"queue": "paid"}}, {"rest": {"route": "POST /quotes"}}])],
     "functions.worker.triggers[1].rest.route=POST /quotes: is a route of the function 'quotes' already, and a route has one owner; "
     "remove one of the two, or change its path"),
    ("body of a GET", [put(f"{REST}.1.rest.body", "QuoteRequest")],
     "functions.quotes.triggers[1].rest.body=QuoteRequest: is for methods with a body, and GET has none; remove it"),
    ("cache of a POST", [put(f"{REST}.0.rest.cache_seconds", 5)],
     "functions.quotes.triggers[0].rest.cache_seconds=5: is for GET, and POST changes something; remove it"),
    ("unknown tier", [put("rest_api.clients", {"acme": "standart"})],
     "rest_api.clients: names the tier 'standart' for 'acme', and there is standard; did you mean 'standard'?"),
    ("tier without a client", [put("rest_api.tiers.trial", {"requests_per_second": 1, "burst": 1, "requests_per_month": 5})],
     "rest_api.tiers: holds 'trial', which no client has; give it to a client, or remove it"),
    ("key without clients", [put("rest_api", {"cache_gb": "0.5"})],
     "functions.quotes.triggers[0].rest.authorizer=key: needs clients that have a key, and there is none; add `rest_api: {tiers: ..., "
     "clients: ...}`, or choose another authorizer"),
    ("clients whose key opens nothing", [put(REST, [{"rest": {"route": "GET /prices", "public": True, "public_reason": "a price list", "cache_seconds": 60}}])],
     "rest_api.clients: have keys that no route asks for; remove them, or let a route have `authorizer: key`"),
    ("tier beyond the whole API", [put("rest_api.tiers.standard.requests_per_second", 5000.0)],
     "rest_api.tiers.standard.requests_per_second=5000: is above the 500 after which the whole API answers 429 in dev; lower it, or raise "
     "api_rate_per_second in the stack's settings"),
    ("burst beyond the whole API", [put("rest_api.tiers.standard.burst", 4000)],
     "rest_api.tiers.standard.burst=4000: is above the 1000 after which the whole API answers 429 in dev; lower it, or raise api_burst in "
     "the stack's settings"),
    ("no burst", [put("rest_api.tiers.standard.burst", 0)],
     "rest_api.tiers.standard.burst=0: must be at least 1: at once; raise it"),
    ("cache without a size", [drop("rest_api.cache_gb")],
     "functions.quotes.triggers[1].rest.cache_seconds=60: needs a cache, and there is none; add `rest_api: {cache_gb: ...}`"),
    ("size without a cache", [drop(f"{REST}.1.rest.cache_seconds")],
     "rest_api.cache_gb=0.5: is billed by the hour, and no route caches; add cache_seconds to a route, or remove it"),
    ("size that there is not", [put("rest_api.cache_gb", "1")],
     "rest_api.cache_gb=1: must be one of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237; choose one of them"),
    ("size as a number", [put("rest_api.cache_gb", 0.5)],
     "rest_api.cache_gb=0.5: must be one of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237, as text; write it in quotes"),
    ("two names of one path parameter", [put(f"{REST}.2.rest.route", "GET /quotes/{id}/history")],
     "functions.quotes.triggers[2].rest.route=GET /quotes/{id}/history: calls {id} what another route calls {quote_id}, and API Gateway "
     "takes one name; write {quote_id}"),
    ("places that differ in signs only", [put(f"{REST}.2.rest.route", "GET /Quotes/history")],
     "functions.quotes.triggers[2].rest.route=GET /Quotes/history: holds /Quotes, which differs from /quotes only in capitals, signs and "
     "braces; change one of the two paths"),
    ("REST timeout", [put("functions.quotes.timeout_seconds", 30)],
     "functions.quotes.timeout_seconds=30: must be at most 29 s behind a route of a REST or WebSocket API, its limit; lower it, or answer "
     "at once and do the work behind a queue"),
    ("rest of a path in a REST API", [put(f"{REST}.2.rest.route", "GET /files/{path+}")],
     "functions.quotes.triggers[2].rest.route=GET /files/{path+}: takes any rest of a path, which is for HTTP APIs; write one segment for "
     "each {parameter}"),
    ("name that no model has", [put(f"{REST}.0.rest.body", "quote_request")],
     "functions.quotes.triggers[0].rest.body=quote_request: must be the name of a model: letters and digits, beginning with a capital; "
     "write it like OrderPaid"),
    ("parameter twice", [put(f"{REST}.1.rest.query", ["currency", "currency"])],
     "functions.quotes.triggers[1].rest.query=currency, currency: names currency twice; remove one of the two"),
    ("parameter that is no name", [put(f"{REST}.1.rest.query", ["the currency"])],
     "functions.quotes.triggers[1].rest.query[0]=the currency: must be the name of a parameter: letters, digits, `_`, `.` and `-`; write "
     "it like currency"),
    ("tokens of another issuer in a REST API", [put(f"{REST}.2.rest.authorizer", "jwt")],
     "functions.quotes.triggers[2].rest.authorizer=jwt: must be one of key, cognito, iam; choose one of them"),
    ("settings of a REST API without routes", [put(REST, [{"http": {"route": "GET /quotes"}}])],
     "rest_api: belongs to no route; add a trigger `rest` to a function, or remove it"),
    ("nobody decides who connects", [put("websocket_api", {})],
     "websocket_api.authorizer_function: is required: somebody has to decide who may connect; name a function of the workload, or write "
     "`authorizer: iam`, or `public: true` with a reason"),
    ("unknown function decides who connects", [put("websocket_api.authorizer_function", "gatte")],
     "websocket_api.authorizer_function=gatte: is no function of this workload; there is api, gate, quotes, worker, ship, text, deliver, "
     "process, sweep, index, transform, socket, validate, ask, price, rotate; did you mean 'gate'?"),
    ("connecting is decided by what it opens", [put("websocket_api.authorizer_function", "socket")],
     "websocket_api.authorizer_function=socket: decides for itself: API Gateway asks the authorizer first, and it alone may know who "
     "calls; give the decision a function of its own"),
    ("signed requests, and a function", [put("websocket_api.authorizer", "iam")],
     "websocket_api.authorizer_function=gate: is for `authorizer: lambda` only; remove it"),
    ("everybody connects without a reason", [put("websocket_api", {"public": True})],
     "websocket_api.public_reason: is required, because everybody may call it (public: true); say in one sentence why everybody may, or "
     "remove `public`"),
    ("no route to connect", [drop(f"{SOCKET}.0")],
     "websocket_api: has no route $connect, at which API Gateway asks who may connect; add `websocket: {route: $connect}`"),
    ("route that is no action", [put(f"{SOCKET}.1.websocket.route", "$send")],
     "functions.socket.triggers[1].websocket.route=$send: must be $connect, $disconnect, $default, or the `action` of a message; write it "
     "like $connect or send"),
    ("two owners of an action", [put("functions.ask.triggers", [{"websocket": {"route": "send"}}])],
     "functions.ask.triggers[0].websocket.route=send: is a route of the function 'socket' already, and a route has one owner; remove one "
     "of the two, or rename the action"),
    ("action twice", [put(SOCKET, [*({"websocket": {"route": each}} for each in ("$connect", "send", "send"))])],
     "functions.socket.triggers[2].websocket.route=send: is a route of the function 'socket' already, and a route has one owner; remove "
     "one of the two, or rename the action"),
    ("action called like a route of API Gateway", [put(f"{SOCKET}.1.websocket.route", "connect")],
     "functions.socket.triggers[1].websocket.route=connect: differs from $connect in `$` or capitals only; rename the action"),
    ("WebSocket timeout", [put("functions.socket.timeout_seconds", 30)],
     "functions.socket.timeout_seconds=30: must be at most 29 s behind a route of a REST or WebSocket API, its limit; lower it, or answer "
     "at once and do the work behind a queue"),
    ("table named like the WebSocket API", [put("tables.socket", {"partition_key": "id"})],
     "tables.socket: has the name by which `uses` calls the WebSocket API, socket; rename it"),
    ("settings of a WebSocket API without routes", [put("functions.socket", {"handler": "orders.socket.handler", "triggers": [{"http": {"route": "GET /x"}}]})],
     "websocket_api: belongs to no route; add a trigger `websocket` to a function, or remove it"),
    ("cache that cannot tell callers apart", [put(f"{REST}.2.rest.cache_seconds", 60)],
     "functions.quotes.triggers[2].rest.cache_seconds=60: would tell one caller another's answer: the cache knows callers by their key, "
     "and not with `authorizer: iam`; remove it, or choose `authorizer: key`"),
    ("route that API Gateway answers", [put(f"{HTTP}.route", "GET /ping")],
     "functions.api.triggers[1].http.route=GET /ping: is a path that API Gateway keeps for its own health check; choose another path"),
    ("preflight that API Gateway answers", [put("functions.api.triggers.0.http.route", "OPTIONS /orders")],
     "functions.api.triggers[0].http.route=OPTIONS /orders: would never be invoked: with allowed_origins, API Gateway answers OPTIONS "
     "itself; remove the route"),
    ("example with a date", [put("functions.api.triggers.0.http.example", {"day": TODAY})],
     "functions.api.triggers[0].http.example: holds a date or another value that JSON does not have; write it in quotes"),
    ("promise beyond what the API waits", [put("slo", {"availability_percent": 99.9, "latency_ms_p99": 29_000})],
     "slo.latency_ms_p99=29000: is no promise: the API itself gives up after 29000 ms, and its alarm would never fire; lower it to what "
     "callers are promised"),
    ("GraphQL on an unknown table", [put("graphql", {"table": "order", "verbs": ["get"]})],
     "graphql.table=order: is no table of this workload; there is orders, products; did you mean 'orders'?"),
    ("GraphQL with a verb of another kind", [put("graphql", {"table": "orders", "verbs": ["send"]})],
     "graphql.verbs=send: 'send' is no verb for resolvers on a table; there is read, write, get, batch-get, query, check, put, update, "
     "delete, batch-write; choose one of them"),
    ("GraphQL with a verb of triggers", [put("graphql", {"table": "orders", "verbs": ["follow"]})],
     "graphql.verbs=follow: 'follow' is no verb for resolvers on a table; there is read, write, get, batch-get, query, check, put, "
     "update, delete, batch-write; choose one of them"),
    ("GraphQL with a verb twice", [put("graphql", {"table": "orders", "verbs": ["get", "get"]})],
     "graphql.verbs=get, get: names get twice; remove one of the two"),
    ("GraphQL without verbs", [put("graphql", {"table": "orders", "verbs": []})],
     "graphql.verbs=[]: must not be empty: what they do with it, as in `uses` of a function; fill it in"),
    ("GraphQL without a bound", [put("graphql", {"table": "orders", "verbs": ["get"], "query_depth": 76})],
     "graphql.query_depth=76: must be at most 75: how deep a query may be nested; lower it"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "told"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_one_mistake_is_one_problem(breaks, told, tmp_path):
    assert problems_with(tmp_path, everything(*breaks)) == [told]


@pytest.mark.parametrize(("place", "kind"), [(HTTP, "http"), (f"{REST}.2.rest", "rest")])
def test_tokens_of_a_pool_that_is_not_managed_here(tmp_path, place, kind):
    judged = settings(identity={"issuer": "https://id.example.com", "audiences": ["shop"]})
    broken = everything(drop("graphql"), drop(f"{HTTP}.authorizer_function"), put(f"{HTTP}.authorizer", "jwt"), put(f"{place}.authorizer", "cognito"))
    (told,) = problems_with(tmp_path, broken, judged)
    assert told.endswith(
        f".{kind}.authorizer=cognito: needs the managed user pool, and in dev tokens come from https://id.example.com; "
        "use an HTTP API with `authorizer: jwt`, which takes tokens from either"
    )


def test_the_manifest_that_is_broken_here_is_right(tmp_path):
    assert problems_with(tmp_path, everything()) == []
