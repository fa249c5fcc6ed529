"""Every way to get a manifest wrong is told with file, field, value, rule and fix, word by word."""

import pytest

from platform_contract.kinds.function.spec import TRIGGER_KINDS
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.platform.diagnostics import ProblemsError

from .samples import TODAY, drop, put, settings, text

HTTP = "functions.api.triggers.0.http"

BROKEN = [
    ("misspelt key", [put("functions.api.timout_seconds", 5)],
     "functions.api.timout_seconds: is not known here; did you mean 'timeout_seconds'?"),
    ("unknown key", [put("colour", "red")],
     f"colour: is not known here; remove it; known are {', '.join(Manifest.model_fields)}"),
    ("missing field", [drop("summary")], "summary: is required: what it does, in one sentence; add `summary`"),
    ("missing in a part", [drop("tables.orders.partition_key")],
     "tables.orders.partition_key: is required: attribute that an item is found by; add `partition_key`"),
    ("text for a number", [put("functions.api.memory_mb", "512")],
     "functions.api.memory_mb=512: must be a whole number: memory; the share of a processor grows with it; write it without quotes"),
    ("yes for a number", [put("functions.api.memory_mb", True)],
     "functions.api.memory_mb=true: must be a whole number: memory; the share of a processor grows with it; write a whole number"),
    ("number for text", [put("owner", 7)], "owner=7: must be text: team that owns it, one of `teams` in the stack's settings; write it in quotes"),
    ("below its bound", [put("functions.api.memory_mb", 64)],
     "functions.api.memory_mb=64: must be at least 128 MB: memory; the share of a processor grows with it; raise it"),
    ("above its bound", [put("functions.worker.timeout_seconds", 901)],
     "functions.worker.timeout_seconds=901: must be at most 900 s: longest run; behind an HTTP route at most 30; lower it"),
    ("no budget", [put("cost.monthly_budget_usd", 0)],
     "cost.monthly_budget_usd=0: must be more than 0 USD: budget a month in US dollars; its owner is told at 80 %; raise it"),
    ("one value for a list", [put("functions.api.uses.orders", "read")],
     "functions.api.uses.orders=read: must be a list; write [read]"),
    ("list for a mapping", [put("tables", ["orders"])], "tables=orders: must be a mapping (name: value): its DynamoDB tables; write a mapping (name: value)"),
    ("nothing after a key", [put("tables.orders", None)], "tables.orders: must be a mapping (name: value); fill it in, or remove the key"),
    ("no functions", [put("functions", {})],
     "functions: is empty, and there is no GraphQL API either: nothing would run; add a function, or `graphql: {...}`"),
    ("unknown phase", [put("phase", "piolt")],
     "phase=piolt: must be one of pilot, standardize, scale; did you mean 'pilot'?"),
    ("promise that no outage would break", [put("slo", {"availability_percent": 94, "latency_ms_p99": 800})],
     "slo.availability_percent=94: must be at least 95 %: share of requests that are answered without an error of ours; raise it"),
    ("unknown class of data", [put("data_class", "secret")],
     "data_class=secret: must be one of public, internal, confidential, restricted; choose one of them"),
    ("restricted data that nobody may reach", [put("data_class", "restricted")],
     "data_class=restricted: needs roles that may use its key, and the settings of dev name none; "
     "add `restricted_data: {deploying_roles: [...], break_glass_roles: [...]}` to the stack's settings"),
    ("bad name", [put("tables", {"Orders_2": {"partition_key": "id"}}), drop("functions.api.uses.orders")],
     "tables.Orders_2=Orders_2: must be lower-case letters and digits in words joined by single dashes, beginning with a letter; "
     "write it like `orders-2`"),
    ("name with a dot", [put("tables", {"paid.orders": {"partition_key": "id"}}), drop("functions.api.uses.orders")],
     'tables."paid.orders"=paid.orders: must be lower-case letters and digits in words joined by single dashes, beginning with a letter; '
     "write it like `paid-orders`"),
    ("number with its unit", [put("functions.api.timeout_seconds", "10s")],
     "functions.api.timeout_seconds=10s: must be a whole number: longest run; behind an HTTP route at most 30; "
     "write the number alone, 10; the field's name says the unit"),
    ("number with commas", [put("profile.requests_per_month", "2,000,000")],
     "profile.requests_per_month=2,000,000: must be a whole number: requests or events a month; write 2000000"),
    ("number in words", [put("functions.api.timeout_seconds", "ten")],
     "functions.api.timeout_seconds=ten: must be a whole number: longest run; behind an HTTP route at most 30; write a whole number"),
    ("name is not the file's", [put("name", "order"), put("functions.api.handler", "order.api.handler"),
                                put("functions.worker.handler", "order.worker.handler")],
     "name=order: must be the name of its file, orders; rename the file to order.yaml, or the workload"),
    ("unknown owner", [put("owner", "comerce")],
     "owner=comerce: is no team of the stack's settings; there is commerce, finance; did you mean 'commerce'?"),
    ("handler without its workload", [put("functions.api.handler", "api.handler")],
     "functions.api.handler=api.handler: must be WORKLOAD.MODULE.FUNCTION, as Python imports it from `handlers/`; "
     "write it like orders.api.handler for `handler` in handlers/orders/api.py"),
    ("handler of another workload", [put("functions.api.handler", "receipts.api.handler")],
     "functions.api.handler=receipts.api.handler: must begin with the workload's own package, orders; "
     "put the code into handlers/orders/ and write orders.api.handler"),
    ("http timeout", [put("functions.api.timeout_seconds", 45)],
     "functions.api.timeout_seconds=45: must be at most 30 s behind an HTTP route: API Gateway gives up then, its limit; "
     "lower it, or answer at once and do the work behind a queue"),
    ("no verb in a route", [put(f"{HTTP}.route", "/orders")],
     "functions.api.triggers[0].http.route=/orders: must be a method (GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS), one space and a "
     "path without a slash at its end; write it like GET /orders/{order_id}"),
    ("public without a reason", [put(f"{HTTP}.public", True)],
     "functions.api.triggers[0].http.public_reason: is required, because everybody may call it (public: true); "
     "say in one sentence why everybody may, or remove `public`"),
    ("public, and an authorizer", [put(f"{HTTP}.public", True), put(f"{HTTP}.public_reason", "for everybody"), put(f"{HTTP}.authorizer", "iam")],
     "functions.api.triggers[0].http.authorizer=iam: says who may call, and public: true that everybody may; remove one of the two"),
    ("authorizer that is none", [put(f"{HTTP}.authorizer", "none")],
     "functions.api.triggers[0].http.authorizer=none: must be one of jwt, cognito, lambda, iam; choose one of them"),
    ("reason without public", [put(f"{HTTP}.public_reason", "for everybody")],
     "functions.api.triggers[0].http.public_reason=for everybody: is for what is public only; remove it, or write `public: true`"),
    ("one parameter twice", [put(f"{HTTP}.route", "GET /a/{id}/b/{id}")],
     "functions.api.triggers[0].http.route=GET /a/{id}/b/{id}: names one path parameter twice; give each its own name"),
    ("two owners of a route", [put("functions.worker.triggers", [{"queue": {"queue": "paid"}}, {"http": {"route": "GET /orders/{id}"}}]),
                               put("functions.worker.timeout_seconds", 30)],
     "functions.worker.triggers[1].http.route=GET /orders/{id}: is a route of the function 'api' already, and a route has one owner; "
     "remove one of the two, or change its path"),
    ("two triggers in one", [put("functions.api.triggers.0.queue", {"queue": "paid"}), put("functions.worker.triggers.0", {"http": {"route": "GET /x"}}),
                             put("functions.worker.timeout_seconds", 30)],
     "functions.api.triggers[0]: must have exactly one of " + ", ".join(TRIGGER_KINDS) + "; write each trigger as an entry of its own in the list"),
    ("trigger of an unknown queue", [put("functions.worker.triggers.0.queue.queue", "payd")],
     "functions.worker.triggers[0].queue.queue=payd: is no queue of this workload; there is paid; did you mean 'paid'?"),
    ("two consumers by trigger", [put("functions.api.triggers.0", {"queue": {"queue": "paid"}}), drop("functions.api.uses.paid")],
     "functions.worker.triggers[0].queue.queue=paid: is consumed by the function 'api' already: two consumers would each get a part "
     "of the messages; give each consumer a queue of its own"),
    ("two consumers by verb", [put("functions.api.uses.paid", ["consume"])],
     "functions.api.uses.paid=consume: the queue is consumed by the function 'worker' already: two consumers would each get a part of "
     "the messages; remove `consume`"),
    ("big batch without a window", [put("functions.worker.triggers.0.queue.batch_size", 50)],
     "functions.worker.triggers[0].queue.batch_size=50: must be at most 10 without a batching window, Lambda's rule; "
     "lower it, or set batching_window_seconds to 1 or more"),
    ("unknown resource", [put("functions.api.uses.order", ["read"])],
     "functions.api.uses.order: is no resource of this workload; there is orders, paid, receipts; did you mean 'orders'?"),
    ("resource of a workload that is not here", [put("functions.api.uses", {"billing.invoices": ["read"]})],
     "functions.api.uses.billing.invoices: names the workload 'billing', which is not here; there is orders; correct it"),
    ("verb of another kind", [put("functions.api.uses.orders", ["send"])],
     "functions.api.uses.orders=send: 'send' is no verb for a table, that is a verb for a queue; a table knows read, write, get, batch-get, query, check, put, update, delete, batch-write, follow; "
     "choose one of them"),
    ("misspelt verb", [put("functions.api.uses.orders", ["reed"])],
     "functions.api.uses.orders=reed: 'reed' is no verb for a table; a table knows read, write, get, batch-get, query, check, put, update, delete, batch-write, follow; did you mean 'read'?"),
    ("no verb", [put("functions.api.uses.orders", [])],
     "functions.api.uses.orders: names no verb; write one of read, write, get, batch-get, query, check, put, update, delete, batch-write, follow, or remove it"),
    ("verb twice", [put("functions.api.uses.orders", ["read", "read"])],
     "functions.api.uses.orders=read: names 'read' twice; remove one"),
    ("one name for two resources", [put("buckets", {"orders": {}, "receipts": {}})],
     "buckets.orders: has the name of one of the tables, so `uses: {orders: ...}` would mean both; give each its own name"),
    ("reserved table", [put("tables.idempotency", {"partition_key": "id"}), put("functions.api.idempotency", {})],
     "tables.idempotency: is the name of the table that the platform adds, because the function 'api' asks for idempotency; "
     "rename the table"),
    ("one attribute for two things", [put("tables.orders.sort_key", "order_id")],
     "tables.orders: uses the attribute 'order_id' for two things; partition_key, sort_key and expires_at must differ"),
    ("reserved variable", [put("functions.api.environment", {"TABLE_ORDERS": "x"})],
     "functions.api.environment.TABLE_ORDERS: is a variable that Lambda or the platform sets; choose another name"),
    ("secret in a variable", [put("functions.api.environment", {"PAYMENT_API_KEY": "sk-live-123"})],
     "functions.api.environment.PAYMENT_API_KEY: is a secret by its name, and environment variables are readable in the console; "
     "keep it in Secrets Manager; if it is none, choose another name"),
    ("value of a variable is not repeated", [put("functions.api.environment", {"PAGE_SIZE": 20})],
     "functions.api.environment.PAGE_SIZE=(not shown): must be text; write it in quotes"),
    ("share of nothing", [put("shares", {"invoices": []})],
     "shares.invoices: is no resource of this workload; there is orders, paid, receipts; correct it"),
    ("share with nobody", [put("shares", {"orders": ["billing"]})],
     "shares.orders[0]=billing: is no workload; there is (nothing); correct it"),
    ("receives too few", [put("queues.paid.max_receive_count", 3)],
     "queues.paid.max_receive_count=3: must be at least 5: receives after which a message goes to the dead-letter queue; "
     "a throttled call counts as one; raise it"),
    ("peak beyond the throttle", [put("profile.peak_per_second", 900)],
     "profile.peak_per_second=900: is above the 500 requests a second after which an API answers 429 in dev; "
     "raise api_rate_per_second in the stack's settings, or correct the profile"),
    ("concurrency below its queues", [put("functions.worker.reserved_concurrency", 5),
                                      put("functions.worker.triggers.0.queue.maximum_concurrency", 20)],
     "functions.worker.reserved_concurrency=5: is less than the 20 that its queues may use: the rest would be throttled, which counts "
     "as a receive; raise it to 20, or lower maximum_concurrency"),
    ("unfit", [put("profile.duration_ms_p95", 1_200_000)],
     "profile: is unfit for serverless: a run takes longer than Lambda's 15 minutes; "
     "choose another platform for it, or add `fit_waiver: {reason: ..., expires_on: ...}`"),
    ("waiver that is over", [put("fit_waiver", {"reason": "moving in spring", "expires_on": TODAY.replace(month=5)})],
     "fit_waiver.expires_on=2026-05-01: is over; decide anew: build it on something else, or set a later day and say why"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "told"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_one_mistake_is_one_problem(breaks, told, tmp_path):
    folder = tmp_path / "workloads"
    folder.mkdir()
    (folder / "orders.yaml").write_text(text(*breaks))
    with pytest.raises(ProblemsError) as refused:
        load_manifests(folder, settings(), TODAY)
    assert [str(problem) for problem in refused.value.problems] == [f"workloads/orders.yaml: {told}"]


UNREADABLE = [
    ("duplicate key", "name: orders\nowner: commerce\nname: other\n",
     "line 3=name: comes twice; first on line 1; merge the two, or rename one"),
    ("duplicate key deep inside", "tables:\n  orders: {partition_key: a}\n  orders: {partition_key: b}\n",
     "line 3=orders: comes twice; first on line 2; merge the two, or rename one"),
    ("key that YAML reads as something else", "on: 1\n", "line 1=true: a key must be text, and YAML reads this one as something else; write it in quotes"),
    ("empty", "# nothing\n", "is empty; write a manifest, or remove the file"),
    ("a list", "- name: orders\n", "is a list, not a mapping; begin with `name: ...`"),
    ("a word", "orders\n", "is a single value, not a mapping; begin with `name: ...`"),
    ("open bracket", "name: orders\ntables: {orders: {partition_key: a}\nqueues: {}\n",
     "line 3, column 1: is not readable as YAML: expected ',' or '}', but got '<scalar>'; look at this line and the one before: "
     "indentation, brackets, quotes"),
    ("colon in text", "summary: takes orders: one at a time\n",
     "line 1, column 22: is not readable as YAML: mapping values are not allowed here; put text that holds `: ` in quotes"),
    ("further in than the line above", "functions:\n  api:\n    handler: a.b.c\n     timeout_seconds: 10\n",
     "line 4, column 21: is not readable as YAML: mapping values are not allowed here; `timeout_seconds` is indented by 5 spaces and `handler` "
     "above it, which has a value already, by 4: give keys of one level the same indentation"),
    ("on no level", "functions:\n   api:\n     handler: a.b.c\n  timeout_seconds: 10\n",
     "line 4, column 3: is not readable as YAML: expected <block end>, but found '<block mapping start>'; `timeout_seconds` is indented by 2 spaces, "
     "as no level above it is: give keys of one level the same indentation"),
    ("tab", "name: orders\nboundary:\n\taccepts: a\n",
     "line 3, column 1: is not readable as YAML: found character '\\t' that cannot start any token; indent with spaces, not tabs"),
    ("tag", "name: !!python/object:os.system x\n",
     "line 1, column 7: is not readable as YAML: could not determine a constructor for the tag "
     "'tag:yaml.org,2002:python/object:os.system'; remove the tag that begins with `!`: manifests are plain data"),
    ("cron without quotes", "schedule: {expression: cron(30 3 * * ? *)}\n",
     "line 1, column 38: is not readable as YAML: expected ',' or '}', but got '?'; put text that holds `*`, `&` or `?` in quotes, such as a cron expression"),
    ("cron of weekdays without quotes", "- {expression: cron(0 3 ? * MON *)}\n",
     "line 1, column 28: is not readable as YAML: expected alphabetic or numeric character, but found ' '; "
     "put text that holds `*`, `&` or `?` in quotes, such as a cron expression"),
    ("star without quotes", "allowed_origins: [*]\n",
     "line 1, column 20: is not readable as YAML: expected alphabetic or numeric character, but found ']'; "
     "put text that holds `*`, `&` or `?` in quotes, such as a cron expression"),
    ("unknown alias", "name: *orders\n",
     "line 1, column 7: is not readable as YAML: found undefined alias 'orders'; put text that holds `*`, `&` or `?` in quotes, such as a cron expression"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "told"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE])
def test_what_cannot_be_read_is_told_with_its_line(content, told, tmp_path):
    folder = tmp_path / "workloads"
    folder.mkdir()
    (folder / "orders.yaml").write_text(content)
    with pytest.raises(ProblemsError) as refused:
        load_manifests(folder, settings(), TODAY)
    assert [str(problem) for problem in refused.value.problems] == [f"workloads/orders.yaml: {told}"]
