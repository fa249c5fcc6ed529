"""Every reference workload climbs by one word, and steps back, on the real engine; customers of orders notice nothing.

One stack for all of it: up in pilot, then each phase, then back. What each step does to the graph in detail is in
tests/program/test_climbing.py.
"""

import json
import re
import time
from collections.abc import Iterator

import pytest

from local.events import EventLog
from platform_contract.platform.settings import PHASES
from tests.checkout import Checkout
from tests.end_to_end.calling import Caller, order
from tests.program.climbing import REVISIONS

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def climbing(tmp_path_factory, engine) -> Iterator[Checkout]:
    copy = Checkout.make(tmp_path_factory.mktemp("climbing") / "platform")
    ask_for(copy, PHASES[0])
    try:
        copy.up()
        yield copy
    finally:
        copy.down()


def ask_for(copy: Checkout, phase: str) -> None:
    """The one word, in every manifest."""
    for manifest in (copy.folder / "workloads").glob("*.yaml"):
        text, found = re.subn(r"^phase: \w+$", f"phase: {phase}", manifest.read_text(), flags=re.MULTILINE)
        assert found == 1, manifest.name
        manifest.write_text(text)


def operations(copy: Checkout) -> dict[str, list[str]]:
    """Operation -> URNs that the last update did it with."""
    done: dict[str, list[str]] = {}
    for urn, operation in EventLog(copy.folder / ".local/logs/local-up.events.jsonl").whole().operations.items():
        done.setdefault(operation, []).append(urn)
    return done


def is_revision(urn: str) -> bool:
    return urn.split("::")[2].rsplit("$", 1)[-1].removeprefix("aws:").split(":")[0] in REVISIONS


def live(copy: Checkout) -> dict[str, str]:
    """Physical name of each function -> the version that callers reach."""
    lambdas = copy.access().cloud.client("lambda")
    names = [function.physical_name for workload in copy.inventory().workloads.values() for function in workload.functions.values()]
    return {name: lambdas.get_alias(FunctionName=name, Name="live")["FunctionVersion"] for name in names}


def newest(copy: Checkout, name: str) -> str:
    versions = copy.access().cloud.client("lambda").list_versions_by_function(FunctionName=name)["Versions"]
    return max((each["Version"] for each in versions if each["Version"].isdecimal()), key=int)


def unsound(copy: Checkout) -> dict[str, list[str]]:
    """Function -> what the function that checks new versions has against the one that is live."""
    client, versions, told = copy.access().cloud.client("lambda"), live(copy), {}
    for name, workload in copy.inventory().workloads.items():
        for function in (each.physical_name for each in workload.functions.values()):
            asked = {"hook": "BeforeAllowTraffic", "function": function, "version": versions[function]}
            answer = client.invoke(FunctionName=workload.release.checks_name, Payload=json.dumps(asked).encode())
            told[f"{name}: {function}"] = json.loads(answer["Payload"].read())["problems"]
    return {function: problems for function, problems in told.items() if problems}


def contents(copy: Checkout) -> dict[str, object]:
    """What workloads keep, but for orders, which customers are calling."""
    cloud, held = copy.access().cloud, {}
    dynamodb, s3, sqs = (cloud.client(service) for service in ("dynamodb", "s3", "sqs"))
    for name, workload in copy.inventory().workloads.items():
        if name == "orders":
            continue
        held |= {each.physical_name: dynamodb.scan(TableName=each.physical_name)["Items"] for each in workload.tables.values()}
        held |= {each.physical_name: [it["Key"] for it in s3.list_objects_v2(Bucket=each.physical_name).get("Contents", [])] for each in workload.buckets.values()}
        for queue in workload.queues.values():
            for url in (queue.url, queue.dead_letter_url):
                held[url] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    return held


def test_workloads_climb_and_step_back_while_customers_call(climbing: Checkout):
    access = climbing.access()
    with Caller(order(access, "climb")) as customer:
        before = live(climbing)
        for phase in PHASES[1:]:
            ask_for(climbing, phase)
            said = climbing.up()
            done = operations(climbing)
            assert set(done) <= {"create", "update", "same", "replace"}, {key: done[key] for key in set(done) - {"same"}}
            assert [urn for urn in done.get("replace", []) if not is_revision(urn)] == []
            assert done["create"], said
            assert {workload.phase for workload in climbing.inventory().workloads.values()} == {phase}
            moved = {name for name, version in live(climbing).items() if version != before[name]}
            assert moved <= {"local-orders-api"}, "a step releases what it changes alone: orders.api is told where its flags are"
            assert all(live(climbing)[name] == newest(climbing, name) for name in moved)
            before = live(climbing)
        released = [name for name, workload in climbing.inventory().workloads.items() if workload.release]
        assert len(released) > 10
        kept = contents(climbing)
        assert unsound(climbing) == {}, "smoke events, under each function's own role"
        assert {name: held for name, held in contents(climbing).items() if held != kept[name]} == {}, "they leave nothing behind"

        climbing.edit("handlers/orders/api.py", 'logger.info("order accepted"', 'logger.info("order taken"')
        said = climbing.up()
        assert "orders: releasing api" in said
        assert "orders: released" in said
        assert live(climbing)["local-orders-api"] == newest(climbing, "local-orders-api") != before["local-orders-api"]
        climbing.edit("workloads/receipts.yaml", "monthly_budget_usd: ", "monthly_budget_usd: 1")
        climbing.up()
        assert live(climbing)["local-orders-api"] == newest(climbing, "local-orders-api"), "an unrelated update sends no stale version"
        assert re.search(r"(nothing to do|\d+ unchanged)\b", climbing.up())

        for phase in PHASES[-2::-1]:
            ask_for(climbing, phase)
            climbing.up()
            done = operations(climbing)
            assert [urn for urn in done.get("replace", []) if not is_revision(urn)] == []
            gone = done.get("delete", [])
            assert gone
            kept = [urn for urn in gone if not re.search(r":(Standardize|Scale)\$|\$aws:cloudwatch/dashboard:\S+::platform-index$", urn)]
            assert kept == [], "what belongs to the pilot, or to all, stays"
        for name, version in live(climbing).items():
            assert version == newest(climbing, name), f"{name}: in the pilot, what is newest is live"
        time.sleep(1)
    assert len(customer.answers) > 20
    assert customer.statuses() == {201}, [answer for answer in customer.answers if answer[0] != 201][:3]
