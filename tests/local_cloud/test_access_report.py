"""What counts as used, as denied and as leaving no evidence, on documents made for it."""

import json

import pytest

from local.access_grants import Call, Grant, Role, grants_of, recorded
from local.access_report import Report
from local.ministack_entry import AUTHORIZED_AS, role_of

TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/local-orders-orders"
QUEUE = "arn:aws:sqs:eu-west-1:000000000000:local-orders-paid"
DEAD = f"{QUEUE}-dead-letters"


def allow(actions, resources, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def judge(statements, calls=(), sources=(), destinations=()) -> list[str]:
    grants = list(grants_of("api", {"Statement": statements}))
    role = Role("api", frozenset({"lambda.amazonaws.com"}), set(sources), set(destinations))
    return Report(grants, [Call("api", *call) for call in calls], {"api": role}).findings()


def test_a_table_and_its_indexes_are_one_resource_and_one_use_of_either_is_enough():
    statement = allow(["dynamodb:Query"], [TABLE, f"{TABLE}/index/*"])
    assert judge([statement], [("dynamodb:Query", f"{TABLE}/index/by-date", "Allow")]) == []
    assert judge([statement]) == [f"api: never used dynamodb:Query on {TABLE}: take it away, or drive it"]


def test_the_same_action_on_another_table_is_no_use():
    calls = [("dynamodb:GetItem", f"{TABLE}-2", "Allow")]
    assert judge([allow("dynamodb:GetItem", TABLE)], calls) == [
        f"api: never used dynamodb:GetItem on {TABLE}: take it away, or drive it"
    ]


def test_two_resources_in_one_statement_are_judged_apart_and_the_verbs_are_told():
    statement = allow(["dynamodb:GetItem", "dynamodb:PutItem"], [TABLE, f"{TABLE}-2"])
    calls = [("dynamodb:GetItem", TABLE, "Allow"), *((f"dynamodb:{verb}Item", f"{TABLE}-2", "Allow") for verb in ("Get", "Put"))]
    assert judge([statement], calls) == [
        f"api: never used dynamodb:PutItem on {TABLE}: the verbs of what was used are [get]"
    ]


def test_a_denied_call_is_a_finding_and_no_use():
    calls = [("dynamodb:GetItem", TABLE, "ImplicitDeny")]
    assert judge([allow("dynamodb:GetItem", TABLE)], calls) == [
        f"api: was denied dynamodb:GetItem on {TABLE} (ImplicitDeny): grant it",
        f"api: never used dynamodb:GetItem on {TABLE}: take it away, or drive it",
    ]


@pytest.mark.parametrize(
    ("statement", "wiring"),
    [
        (allow("sqs:ReceiveMessage", QUEUE), {"sources": [QUEUE]}),
        (allow("sqs:SendMessage", DEAD), {"destinations": [DEAD]}),
    ],
)
def test_without_evidence_is_only_what_a_service_does_in_the_roles_name(statement, wiring):
    assert judge([statement], **wiring) == []
    assert len(judge([statement])) == 1, "wired to nothing, the same grant must be seen in use"


def test_a_key_is_used_through_the_services_that_the_role_uses():
    def through(service: str) -> dict:
        return allow("kms:Decrypt", "key", Condition={"StringEquals": {"kms:ViaService": f"{service}.eu-west-1.amazonaws.com"}})

    used, calls = allow("dynamodb:GetItem", TABLE), [("dynamodb:GetItem", TABLE, "Allow")]
    assert judge([used, through("dynamodb"), through("lambda")], calls) == []
    assert judge([used, through("s3")], calls) == ["api: never used kms:Decrypt on key: take it away, or drive it"]
    assert judge([used, allow("kms:Decrypt", "key")], calls) == ["api: never used kms:Decrypt on key: take it away, or drive it"]


def test_a_service_uses_what_it_was_told_to_and_nothing_else():
    function = "arn:aws:lambda:eu-west-1:000000000000:function:local-housekeeping-sweep"
    grants = list(grants_of("schedules", {"Statement": [allow("lambda:InvokeFunction", [f"{function}:live", f"{function}-2:live"])]}))

    def found(*principals: str) -> list[str]:
        role = Role("schedules", frozenset(principals), told=[json.dumps({"Arn": f"{function}:live"})])
        return [each.split(":function:")[1].split(":")[0] for each in Report(grants, [], {"schedules": role}).findings()]

    assert found("scheduler.amazonaws.com") == ["local-housekeeping-sweep-2"]
    assert len(found("lambda.amazonaws.com")) == 2, "under a role of functions, calls are seen"


def test_what_a_workflow_needs_for_its_log_is_its_where_it_logs():
    grants = list(grants_of("decide", {"Statement": [allow(["logs:CreateLogDelivery", "xray:GetSamplingRules"], "*")]}))

    def found(service: str = "states", **told: dict) -> list[str]:
        role = Role("decide", frozenset({f"{service}.amazonaws.com"}), told=[json.dumps({"definition": "$.list[*]", **told})])
        return [each.split()[3] for each in Report(grants, [], {"decide": role}).findings()]

    assert found(loggingConfiguration={"level": "ALL"}) == []
    assert found(loggingConfiguration={"level": "OFF"}) == ["logs:CreateLogDelivery"]
    assert found("scheduler") == ["logs:CreateLogDelivery", "xray:GetSamplingRules"]


def test_a_graphql_api_uses_what_its_code_asks_for_and_writes_a_log_where_it_should():
    statements = [allow(["dynamodb:GetItem", "dynamodb:PutItem"], TABLE), allow("logs:PutLogEvents", "group:*")]
    grants = list(grants_of("boards", {"Statement": statements}))

    def found(level: str) -> list[str]:
        told = [json.dumps({"fieldLogLevel": level})]
        role = Role("boards", frozenset({"appsync.amazonaws.com"}), told=told, asked={("dynamodb:GetItem", TABLE)})
        return [each.split()[3] for each in Report(grants, [], {"boards": role}).findings()]

    assert found("ERROR") == ["dynamodb:PutItem"]
    assert found("NONE") == ["dynamodb:PutItem", "logs:PutLogEvents"]


def test_a_deny_grants_nothing():
    assert list(grants_of("api", {"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}})) == []


def test_the_report_names_every_verdict(tmp_path):
    grants = [Grant("api", "dynamodb:GetItem", (TABLE,)), Grant("api", "dynamodb:Query", (TABLE,)), Grant("api", "logs:PutLogEvents", ("*",))]
    calls = [Call("api", "dynamodb:GetItem", TABLE, "Allow"), Call("api", "dynamodb:Scan", TABLE, "ImplicitDeny")]
    text = Report(grants, calls, {"api": Role("api", frozenset({"lambda.amazonaws.com"}))}).text()
    assert text.splitlines() == [
        "api",
        "  used         dynamodb:GetItem   table/local-orders-orders",
        "  NEVER USED   dynamodb:Query     table/local-orders-orders",
        "  no evidence  logs:PutLogEvents  *",
        "  DENIED       dynamodb:Scan      table/local-orders-orders",
        "",
        "No evidence, because:",
        "  logs:PutLogEvents: the embedded cloud writes a function's log itself",
        "",
        "1 roles: 1 used, 1 no evidence, 1 NEVER USED, 1 DENIED",
    ]


def test_a_line_that_is_being_written_is_left_out(tmp_path):
    log = tmp_path / "access.jsonl"
    line = json.dumps(Call("api", "s3:GetObject", "arn", "Allow")._asdict())
    log.write_text(f'{line}\n{line[:20]}')
    assert recorded(log) == [Call("api", "s3:GetObject", "arn", "Allow")]
    assert recorded(tmp_path / "none") == []


def test_only_roles_are_recorded_and_batches_by_the_action_that_authorizes_them():
    assert role_of("arn:aws:sts::000000000000:assumed-role/local-orders-api/local-orders-api") == "local-orders-api"
    assert role_of("arn:aws:iam::000000000000:root") == role_of("") == ""
    assert not set(AUTHORIZED_AS) & set(AUTHORIZED_AS.values())
