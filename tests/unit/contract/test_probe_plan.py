"""The probe: what it calls of a manifest and what it leaves out, said in the plan; what is refused; what it costs; what it takes with another issuer."""

import json
from pathlib import Path

import pytest

from platform_contract.economics.estimate import idle_lines
from platform_contract.features.probe import FEATURE, ProbePlan, RunnerPlan
from platform_contract.manifest import Manifest
from platform_contract.planning import plan_workload
from platform_contract.platform.prices import PRICES

from .samples import SCALED, Break, manifest, problems_with, put, settings

SMOKE = "functions.api.smoke"
READ = {"request": "GET /orders/none", "status": 404}


def scaled(*changes: Break) -> Manifest:
    return Manifest.model_validate(manifest(*SCALED, *changes))


def planned(content: Manifest, **of_stack) -> ProbePlan:
    made = plan_workload(content, settings(**of_stack)).features[FEATURE]
    assert isinstance(made, ProbePlan)
    return made


def runner(content: Manifest, **of_stack) -> RunnerPlan:
    made = planned(content, **of_stack).runner
    assert made is not None
    return made


def test_smoke_requests_are_what_is_called_and_the_rest_is_named():
    plan = planned(scaled(put(SMOKE, [READ, {"request": "GET /orders/none?full=1", "status": 404, "headers": {"accept": "text/plain"}}])))
    assert [(call.route, call.method, call.target, call.status, call.proof) for call in plan.calls] == [
        ("GET /orders/{order_id}", "GET", "/orders/none", 404, "access_token"), ("GET /orders/{order_id}", "GET", "/orders/none?full=1", 404, "access_token"),
    ]  # fmt: skip
    assert plan.calls[1].headers == {"content-type": "application/json", "accept": "text/plain"}
    assert plan.left_out == {"POST /orders": "no request with a status in functions.api.smoke is for it"}
    assert plan.runner is not None and list(plan.runner.alarms) == ["http-get-orders-order-id"], "one pair of alarms for each route, however many requests"


def test_what_is_left_out_on_purpose_is_named_with_its_reason():
    plan = planned(scaled(put(SMOKE, [READ]), put("probe", {"leaves_out": {"GET /orders/{order_id}": "its archive bills each read"}})))
    assert plan.calls == () and plan.runner is None
    assert plan.left_out["GET /orders/{order_id}"] == "its archive bills each read"


def test_a_request_that_says_no_status_is_not_called():
    assert planned(scaled(put(SMOKE, [{"request": "GET /orders/none", "answer": {"statusCode": 404}}]))).calls == ()


def test_a_request_belongs_to_the_route_that_api_gateway_takes_it_for():
    """Of two routes that fit, the one that names more of it."""
    both = [{"http": {"route": "GET /orders/{order_id}"}}, {"http": {"route": "GET /orders/latest"}}]
    plan = planned(scaled(put("functions.api.triggers", both), put(SMOKE, [{"request": "GET /orders/latest", "status": 200}])))
    assert [call.route for call in plan.calls] == ["GET /orders/latest"]
    assert "GET /orders/{order_id}" in plan.left_out


def test_a_workload_without_an_api_has_no_probe():
    content = scaled(put("functions.api.triggers", [{"queue": {"queue": "paid"}}]), put(SMOKE, [{"event": {"Records": []}, "answer": None}]),
                     put("functions.worker.triggers", [{"schedule": {"expression": "rate(1 hour)"}}]))  # fmt: skip
    assert FEATURE not in plan_workload(content, settings()).features


@pytest.mark.parametrize(("trigger", "proof"), [
    ({"route": "GET /orders/{order_id}"}, "access_token"), ({"route": "GET /orders/{order_id}", "authorizer": "cognito"}, "id_token"),
    ({"route": "GET /orders/{order_id}", "authorizer": "iam"}, "signature"),
    ({"route": "GET /orders/{order_id}", "public": True, "public_reason": "anybody may look"}, "nothing"),
    ({"route": "GET /orders/{order_id}", "authorizer": "lambda", "authorizer_function": "worker"}, "access_token"),
])  # fmt: skip
def test_who_decides_says_what_is_shown(trigger, proof: str):
    plan = planned(scaled(put("functions.api.triggers", [{"http": trigger}]), put(SMOKE, [READ])))
    assert [call.proof for call in plan.calls] == [proof]
    assert plan.runner is not None and (plan.runner.secret is not None) == (proof in ("access_token", "id_token"))


def test_its_role_may_do_what_its_calls_need_and_no_more():
    of_pool = runner(scaled(put(SMOKE, [READ]))).function.assigned_statements
    assert [(each.actions, each.kind, each.arn_suffixes) for each in of_pool] == [(("cognito-idp:AdminInitiateAuth",), "user_pool", ("",))]
    signed = runner(scaled(put("functions.api.triggers", [{"http": {"route": "GET /orders/{order_id}", "authorizer": "iam"}}]), put(SMOKE, [
        READ, {"request": "GET /orders/none?a=b", "status": 404}, {"request": "GET /orders/other", "status": 404}]))).function  # fmt: skip
    assert [(each.actions, each.kind, each.arn_suffixes) for each in signed.assigned_statements] == [
        (("execute-api:Invoke",), "http_api", ("/$default/GET/orders/none", "/$default/GET/orders/other"))
    ]
    assert {action for each in signed.statements for action in each.actions if action.startswith("secretsmanager")} == set()


def test_with_another_issuer_it_is_a_client_of_its_own():
    made = runner(scaled(put(SMOKE, [READ])), identity={"issuer": "https://id.example.com", "audiences": ["shop"]})
    assert made.issuer == "issuer" and made.function.assigned_statements == ()
    assert made.secret is not None and made.secret.description == (
        "With what the probe calls orders: client_id and client_secret of its client, and perhaps scope or audience, as JSON; set by `operations secret orders/probe`."
    )


def test_a_client_of_a_rest_api_has_a_quota_of_its_own():
    rest = [{"rest": {"route": "GET /quotes/{quote_id}"}}]
    content = scaled(put("functions.api.triggers", rest), put("rest_api", {"tiers": {"basic": {"requests_per_second": 1, "burst": 1, "requests_per_month": 5}},
                     "clients": {"acme": "basic"}}), put(SMOKE, [{"request": "GET /quotes/none", "status": 404}]))  # fmt: skip
    made = runner(content)
    assert made.tier is not None and made.client is not None
    assert (made.client.physical_name, made.tier.requests_per_month) == ("dev-orders-rest-probe", 2 * 8928), "twice the runs of a month of 31 days"
    assert json.loads(made.data)["names"] == {"rest": "dev-orders-rest"}


def test_it_waits_longer_than_api_gateway_and_ends_before_it_begins_again():
    made = runner(scaled(put(SMOKE, [READ]), put("functions.api.timeout_seconds", 29)))
    [call] = json.loads(made.data)["calls"]
    assert call["timeout_seconds"] == 32 and made.function.timeout_seconds == 62
    assert made.function.asynchronous is not None and made.function.asynchronous.maximum_retries == 0
    assert made.scheduler.schedules["run"].expression == "rate(5 minutes)"
    assert runner(scaled(put(SMOKE, [READ]), put("probe", {"every_minutes": 1}))).scheduler.schedules["run"].expression == "rate(1 minute)"


def test_alarms_look_at_as_much_time_as_lies_between_two_runs():
    [alarms] = runner(scaled(put(SMOKE, [READ]), put("probe", {"every_minutes": 10}))).alarms.values()
    failing, silent = alarms
    assert (failing.period_seconds, failing.statistic, failing.threshold, failing.treat_missing_data) == (600, "Minimum", 0.5, "notBreaching")
    assert (silent.period_seconds, silent.statistic, silent.threshold, silent.treat_missing_data) == (600, "SampleCount", 1, "breaching")
    assert failing.dimensions == {"service": "orders", "api": "dev-orders-http", "route": "GET /orders/{order_id}"}
    assert ". Page for commerce" in failing.description and ". Ticket for commerce" in silent.description
    assert failing.physical_name == "dev-orders-probe-http-get-orders-order-id-failing"


def test_where_only_pages_are_wanted_there_is_only_the_page():
    [alarms] = runner(scaled(put(SMOKE, [READ])), alarms="page").alarms.values()
    assert [alarm.suffix for alarm in alarms] == ["failing"]


@pytest.mark.parametrize(("change", "told"), [
    (put("probe", {"leaves_out": {"GET /order/{order_id}": "because of this"}}),
     "probe.leaves_out.GET /order/{order_id}: is no HTTP or REST route of the workload; there is POST /orders, GET /orders/{order_id}; did you mean 'GET /orders/{order_id}'?"),
    (put("functions.probe", {"handler": "orders.probe.handler", "triggers": [{"schedule": {"expression": "rate(1 hour)"}}],
                             "smoke": [{"event": {}, "answer": None}]}),
     "functions.probe: is what the platform calls its own probe, which calls the workload as a client does; give it another name"),
    (put("secrets", {"probe": {"holds": "a password of ours"}}),
     "secrets.probe: is what the platform calls its own probe, which calls the workload as a client does; give it another name"),
    (put("probe", {"every_minutes": 1}),
     "probe.every_minutes=1: is too often: a run with 3 calls takes up to 69 s where each is answered as late as its function may, and the next would begin meanwhile; "
     "raise it to 2, lower timeouts of functions, or leave routes out"),
    (put("probe", {"every_minutes": 61}), "probe.every_minutes=61: "),
    (put("probe", {"leaves_out": {"orders": "because of this"}}), "probe.leaves_out"),
])  # fmt: skip
def test_what_cannot_be_is_told(tmp_path: Path, change: Break, told: str):
    smoke = [{"request": f"GET /orders/{number}", "status": 404} for number in range(3)]
    problems = problems_with(tmp_path, manifest(*SCALED, put(SMOKE, smoke), change))
    assert any(problem.startswith(told) for problem in problems), problems


def test_names_are_kept_free_in_every_phase(tmp_path: Path):
    """A workload climbs by one word."""
    problems = problems_with(tmp_path, manifest(put("secrets", {"probe": {"holds": "a password of ours"}})))
    assert any(problem.startswith("secrets.probe: is what the platform calls its own probe") for problem in problems), problems


def test_calls_that_no_function_could_wait_for_are_refused(tmp_path: Path):
    def smoke(path: str) -> list[dict[str, object]]:
        return [{"request": f"GET /{path}/{number}", "status": 404} for number in range(15)]

    problems = problems_with(tmp_path, manifest(
        *SCALED, put(SMOKE, smoke("orders")), put("functions.worker.smoke", smoke("receipts")), put("functions.api.timeout_seconds", 29),
        put("functions.worker.timeout_seconds", 29), put("functions.worker.triggers", [{"queue": {"queue": "paid"}}, {"http": {"route": "GET /receipts/{name}"}}]),
        put("probe", {"every_minutes": 60}),
    ))  # fmt: skip
    assert problems == [
        "probe: takes too long: a run with 30 calls takes up to 990 s where each is answered as late as its function may, and no function runs for more than 900 s; "
        "lower timeouts of functions, or add routes to `probe.leaves_out`"
    ]  # fmt: skip


def test_its_cost_is_counted_line_by_line():
    content = scaled(put(SMOKE, [READ]))
    lines = {line.what: line for line in idle_lines(content, plan_workload(content, settings())) if line.what.startswith("probe: ")}
    assert lines["probe: its requests, HTTP"].quantity == 730 * 12
    assert lines["probe: metrics of routes"].quantity == 2
    assert lines["probe: its secret"].usd == PRICES["secret"].each
    assert 1 < sum(line.usd for line in lines.values()) < 2
    twice = scaled(put(SMOKE, [READ]), put("probe", {"every_minutes": 10}))
    half = {line.what: line for line in idle_lines(twice, plan_workload(twice, settings()))}
    assert half["probe: its requests, HTTP"].quantity == 730 * 6
