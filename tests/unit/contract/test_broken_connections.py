"""What parts of one manifest do to each other: circles, loose ends, names that are taken or too long, word by word."""

import pytest
import yaml

from platform_contract.manifest import load_manifests
from platform_contract.platform.diagnostics import ProblemsError

from .samples import TODAY, drop, everything, problems_with, put, settings

EVENT = "functions.deliver.triggers.0.event"
UPLOAD = "functions.process.triggers.0.upload"
LONG = "takes-all-that-happens-in-the-shop-and-in-its-stores-every-day-and-at-night"
LONGEST = "s" * 502
EXPRESS = {"type": "express", "timeout_seconds": 5, "start_at": "A", "states": {"A": {"Type": "Succeed"}}}
FLAG = {"description": "Orders are taken.", "default": True}
RULE = {"event": {"bus": "notices", "pattern": {"source": ["x"], "detail_type": ["OrderPaid"]}}}
DAILY = {"schedule": {"expression": "rate(1 day)"}}

BROKEN = [
    ("function without triggers", [put("functions.sweep.triggers", [])],
     "functions.sweep.triggers: is empty, and nothing else invokes the function; add a trigger, or remove it"),
    ("queue that nobody reads", [put("queues.lost", {})],
     "queues.lost: is read by nobody: messages would wait until they expire; add `queue: {queue: lost}` to the triggers of a function, or "
     "remove it"),
    ("stream that nobody reads", [put("streams.lost", {})],
     "streams.lost: is read by nobody: records would wait until they expire, paid for by the hour; add `stream: {stream: lost}` to the "
     "triggers of a function, or remove it"),
    ("flag that nobody reads", [put("flags", {"taking": FLAG})],
     "flags.taking: is read by nobody: switching it would change nothing; add `flags: [taking]` to a function, or remove it"),
    ("flag that is not there", [put("flags", {"taking": FLAG}), put("functions.api.flags", ["takin"])],
     "functions.api.flags[0]=takin: is no flag of this workload; there is taking; did you mean 'taking'?"),
    ("flag named twice", [put("flags", {"taking": FLAG}), put("functions.api.flags", ["taking", "taking"])],
     "functions.api.flags[1]=taking: is named twice; remove one of them"),
    ("topic that nobody hears", [put("topics.lost", {})],
     "topics.lost: has no receiver: what is published would be gone; add `from_topic: lost` to a queue, or e-mail addresses to it"),
    ("queue to itself", [put("functions.worker.uses", {"paid": ["send"]})],
     "functions.worker: leads back to itself: worker -> paid -> worker; one event would go round for ever; send to another resource, or "
     "narrow the trigger (prefix, source) so that own work does not match it"),
    ("queue to itself through two functions", [put("functions.worker.uses", {"parcels": ["send"]}), put("functions.ship.uses", {"paid": ["send"]})],
     "functions.ship: leads back to itself: ship -> paid -> worker -> parcels -> ship; one event would go round for ever; send to another "
     "resource, or narrow the trigger (prefix, source) so that own work does not match it"),
    ("table written by its own consumer", [put("functions.index.uses", {"products": ["update"]})],
     "functions.index: leads back to itself: index -> products -> index; one event would go round for ever; send to another resource, or "
     "narrow the trigger (prefix, source) so that own work does not match it"),
    ("stream filled by its own consumer", [put("functions.transform.uses", {"clicks": ["put"]})],
     "functions.transform: leads back to itself: transform -> clicks -> transform; one event would go round for ever; send to another "
     "resource, or narrow the trigger (prefix, source) so that own work does not match it"),
    ("event circle", [put("functions.deliver.uses", {"notices": ["publish"]})],
     "functions.deliver: leads back to itself: deliver -> notices -> deliver; one event would go round for ever; send to another "
     "resource, or narrow the trigger (prefix, source) so that own work does not match it"),
    ("topic to itself through its queue", [put("functions.text.uses", {"arrived": ["publish"]})],
     "functions.text: leads back to itself: text -> arrived -> texts -> text; one event would go round for ever; send to another "
     "resource, or narrow the trigger (prefix, source) so that own work does not match it"),
    ("bucket without a prefix", [drop("topics.arrived.from_bucket"), drop(f"{UPLOAD}.prefix"), put("functions.process.uses", {"incoming": ["get", "put"]})],
     "functions.process: leads back to itself: process -> incoming -> process; one event would go round for ever; send to another "
     "resource, or narrow the trigger (prefix, source) so that own work does not match it"),
    ("bucket to itself through a topic", [put("topics.arrived.from_bucket", {"bucket": "incoming", "suffix": ".txt"}), put("functions.text.uses", {"incoming": ["put"]})],
     "functions.text: leads back to itself: text -> incoming -> arrived -> texts -> text; one event would go round for ever; send to "
     "another resource, or narrow the trigger (prefix, source) so that own work does not match it"),
    ("workflow that starts itself through a step", [put("functions.validate.uses", {"decide": ["start"]})],
     "functions.validate: leads back to itself: validate -> decide -> validate; one event would go round for ever; send to another "
     "resource, or narrow the trigger (prefix, source) so that own work does not match it"),
    ("workflow that starts itself through a queue", [put("functions.validate.uses", {"paid": ["send"]}), put("functions.worker.uses", {"decide": ["start"]})],
     "functions.validate: leads back to itself: validate -> paid -> worker -> decide -> validate; one event would go round for ever; send "
     "to another resource, or narrow the trigger (prefix, source) so that own work does not match it"),
    ("verb of another kind", [put("functions.api.uses.arrived", ["send"])],
     "functions.api.uses.arrived=send: 'send' is no verb for a topic, that is a verb for a queue; a topic knows publish; choose one of "
     "them"),
    ("table and topic of one name", [put("tables.arrived", {"partition_key": "id"}), drop("functions.api.uses.arrived")],
     "topics.arrived: has the name of one of the tables, so `uses: {arrived: ...}` would mean both; give each its own name"),
    ("secret and parameter of one name", [put("parameters.bureau", {"value": "x"})],
     "parameters.bureau: has the name of one of the secrets, so `uses: {bureau: ...}` would mean both; give each its own name"),
    ("secret in a parameter", [put("parameters.bureau-api-key", {"value": "sk-live-1"})],
     "parameters.bureau-api-key: is a secret by its name, and parameters are plain text that this file holds; put it under `secrets`; if "
     "it is none, choose another name"),
    ("parameter within a parameter", [put("parameters.bureau-url.value", "https://{{host}}")],
     "parameters.bureau-url.value=https://{{host}}: holds `{{`, which Systems Manager takes for another parameter's name; write it "
     "differently"),
    ("parameter of nothing", [put("parameters.bureau-url.value", "")],
     "parameters.bureau-url.value: must not be empty: the value in every environment that `values` does not name; fill it in"),
    ("index on one attribute", [put("tables.orders.indexes", {"by-day": {"partition_key": "day", "sort_key": "day"}})],
     "tables.orders.indexes: has the attribute 'day' twice in the index 'by-day'; remove its sort_key, or name another"),
    ("index by the time to live", [put("tables.orders", {"partition_key": "id", "expires_at": "end", "indexes": {"by-end": {"partition_key": "end"}}})],
     "tables.orders.indexes: has 'end' as a key of 'by-end': keys are text, and when an item expires is a number; keep the time as text "
     "in an attribute of its own, too"),
    ("index with a short name", [put("tables.orders.indexes", {"by": {"partition_key": "day"}})],
     "tables.orders.indexes: has an index 'by', and the shortest name in DynamoDB has 3 characters; name it by what it finds, such as "
     "by-customer"),
    ("queue named like a function's failures", [put("queues.sweep-failed", {}), put("functions.sweep.uses", {"sweep-failed": ["consume"]})],
     "functions.sweep: would have the queue name 'dev-orders-sweep-failed' in AWS, like queues.sweep-failed; rename one of the two"),
    ("function named like the role of schedules", [put("functions.scheduler", {"handler": "orders.scheduler.handler", "triggers": [{"http": {"route": "GET /x"}}]})],
     "functions.sweep.triggers[0]: would have the role name 'dev-orders-scheduler-eu-west-1' in AWS, like functions.scheduler; rename one "
     "of the two"),
    ("function named like the role of a workflow", [put("functions.decide-states", {"handler": "orders.states.handler", "triggers": [{"http": {"route": "GET /x"}}]})],
     "workflows.decide: would have the role name 'dev-orders-decide-states-eu-west-1' in AWS, like functions.decide-states; rename one of "
     "the two"),
    ("bus name", [put("buses", {LONG[:38]: {}}), put(f"{EVENT}.bus", LONG[:38]), drop("functions.api.uses.notices")],
     "buses.takes-all-that-happens-in-the-shop-and: its archive name in AWS, 'dev-orders-takes-all-that-happens-in-the-shop-and', has 49 "
     "characters, and AWS allows 48 for an archive (EventBridge API reference, CreateArchive); shorten the bus name "
     "'takes-all-that-happens-in-the-shop-and' by 1 character"),
    ("workflow name", [put(f"workflows.{LONG}", EXPRESS), put(f"functions.api.uses.{LONG}", ["run"])],
     "workflows.takes-all-that-happens-in-the-shop-and-in-its-stores-every-day-and-at-night: its role name in AWS, "
     "'dev-orders-takes-all-that-happens-in-the-shop-and-in-its-stores-every-day-and-at-night-states-eu-west-1', has 103 characters, and "
     "AWS allows 64 for a role (IAM API reference, CreateRole); shorten the workflow name "
     "'takes-all-that-happens-in-the-shop-and-in-its-stores-every-day-and-at-night' by 39 characters"),
    ("function name in a role and a rule", [put(f"functions.{LONG[:52]}", {"handler": "orders.extra.handler", "triggers": [RULE]})],
     "functions.takes-all-that-happens-in-the-shop-and-in-its-stores: its role name in AWS, "
     "'dev-orders-takes-all-that-happens-in-the-shop-and-in-its-stores-eu-west-1', has 73 characters, and AWS allows 64 for a role (IAM "
     "API reference, CreateRole); shorten the function name 'takes-all-that-happens-in-the-shop-and-in-its-stores' by 9 characters"),
    ("function name in a role and a schedule", [put(f"functions.{LONG[:52]}", {"handler": "orders.extra.handler", "triggers": [DAILY]})],
     "functions.takes-all-that-happens-in-the-shop-and-in-its-stores: its role name in AWS, "
     "'dev-orders-takes-all-that-happens-in-the-shop-and-in-its-stores-eu-west-1', has 73 characters, and AWS allows 64 for a role (IAM "
     "API reference, CreateRole); shorten the function name 'takes-all-that-happens-in-the-shop-and-in-its-stores' by 9 characters"),
    ("rotation by nobody", [put("secrets.bureau.rotation.function", "rotaet")],
     "secrets.bureau.rotation.function=(not shown): is no function of this workload; there is api, gate, quotes, worker, ship, text, "
     "deliver, process, sweep, index, transform, socket, validate, ask, price, rotate; did you mean 'rotate'?"),
    ("rotation by a function that may not read the secret", [put("functions.rotate.uses", {"bureau-url": ["read"]})],
     "secrets.bureau.rotation.function=(not shown): may not read the secret, whose new value it has to hand over; add `bureau: [read]` to "
     "functions.rotate.uses"),
    ("rotation by a function that a schedule invokes too", [put("functions.rotate.triggers", [DAILY])],
     "secrets.bureau.rotation.function=(not shown): is invoked by something else too, and could not tell its events from the steps of a "
     "rotation; give the rotation a function of its own"),
    ("rotation by a step of a workflow",
     [put("secrets.bureau.rotation.function", "validate"), put("functions.validate.uses", {"bureau": ["read"]}), drop("functions.rotate")],
     "secrets.bureau.rotation.function=(not shown): is invoked by something else too, and could not tell its events from the steps of a "
     "rotation; give the rotation a function of its own"),
    ("rotation by a function that runs too long", [put("functions.rotate.timeout_seconds", 601)],
     "functions.rotate.timeout_seconds=601: must be at most 600 s for a function that rotates a secret: the platform's function waits for "
     "it, and ends after 900 s; lower it"),
    ("function that rotates nothing", [drop("secrets.bureau.rotation")],
     "functions.rotate.triggers: is empty, and nothing else invokes the function; add a trigger, or remove it"),
    ("rotation every day and night", [put("secrets.signing.rotation.every_days", 0)],
     "secrets.signing.rotation.every_days=(not shown): must be at least 1 day: days from one rotation to the next; above 90 only with a "
     "waiver of the guardrail; raise it"),
    ("rotation every two years", [put("secrets.signing.rotation.every_days", 730)],
     "secrets.signing.rotation.every_days=(not shown): must be at most 365 days: days from one rotation to the next; above 90 only with a "
     "waiver of the guardrail; lower it"),
    ("rotation without a period", [drop("secrets.signing.rotation.every_days")],
     "secrets.signing.rotation.every_days: is required: days from one rotation to the next; above 90 only with a waiver of the guardrail; "
     "add `every_days`"),
    ("rotation of a field that is none", [put("secrets.bureau.rotation.field", "api-key")],
     "secrets.bureau.rotation.field=(not shown): must be a name of letters, digits and underscores; write it like api_key, as the secret's "
     "JSON object has it"),
    ("rotation with a role of its own", [put("secrets.bureau.rotation.role", "arn:aws:iam::1:role/x")],
     "secrets.bureau.rotation.role: is not known here; remove it; known are every_days, field, function"),
    ("function with the name of what rotates", [put("functions.bureau-rotation", {"handler": "orders.extra.handler", "triggers": [DAILY]})],
     "secrets.bureau: would have the function name 'dev-orders-bureau-rotation' in AWS, like functions.bureau-rotation; rename one of the "
     "two"),
    ("secret whose rotation has too long a name", [put(f"secrets.{LONG[:40]}", {"holds": "the key", "rotation": {"every_days": 30}})],
     f"secrets.{LONG[:40]}: its role name in AWS, 'dev-orders-{LONG[:40]}-rotation-eu-west-1', has 70 characters, and AWS allows 64 for a "
     f"role (IAM API reference, CreateRole); shorten the secret name '{LONG[:40]}' by 6 characters"),
    ("secret name", [put("secrets", {LONGEST: {"holds": "the key"}}), drop("functions.api.uses.bureau"), drop("functions.rotate")],
     f"secrets.{LONGEST}: its secret name in AWS, 'dev-orders-{LONGEST}.secret', has 520 characters, and AWS allows 512 for a secret "
     f"(Secrets Manager API reference, CreateSecret); shorten the secret name '{LONGEST}' by 8 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "told"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_one_mistake_is_one_problem(breaks, told, tmp_path):
    assert problems_with(tmp_path, everything(*breaks)) == [told]


@pytest.mark.parametrize("name", ["calendar", "shared", "jwt"])
def test_a_workload_whose_package_would_be_imported_instead_of_another(tmp_path, name):
    content = everything(put("name", name), put(f"{EVENT}.pattern.source", [name]))
    for function in content["functions"].values():
        function["handler"] = function["handler"].replace("orders.", f"{name}.")
    (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    with pytest.raises(ProblemsError) as refused:
        load_manifests(tmp_path, settings(), TODAY)
    assert [(problem.field, problem.rule, problem.fix) for problem in refused.value.problems] == [
        ("name", f"is taken: its code would lie in handlers/{name}/ and stand in the way of Python's or the platform's own {name}", "choose a longer name")
    ]
