"""Exactly what the functions of orders and receipts may do, no more."""

import json

from tests.program.graph import Graph

AT = "eu-west-1:111111111111"
LOGS = {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Effect": "Allow", "Sid": "Logs"}
TRACES = {
    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Effect": "Allow", "Resource": ["*"], "Sid": "Traces",
}  # fmt: skip


def statements(graph: Graph, policy: str) -> list[dict]:
    return json.loads(graph.one("iam/rolePolicy", policy).inputs["policy"])["Statement"]


def test_orders_reads_and_writes_its_two_tables(dev: Graph):
    orders = f"arn:aws:dynamodb:{AT}:table/dev-orders-orders"
    assert statements(dev, "orders-api-access") == [
        {**LOGS, "Resource": [f"arn:aws:logs:{AT}:log-group:/aws/lambda/dev-orders-api:*"]},
        TRACES,
        {
            "Sid": "TableOrders", "Effect": "Allow", "Resource": [orders],
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
        },
        {
            "Sid": "TableOrders2", "Effect": "Allow", "Resource": [orders, f"{orders}/index/*"],
            "Action": ["dynamodb:Query"],
        },
        {
            "Sid": "Idempotency", "Effect": "Allow", "Resource": [f"arn:aws:dynamodb:{AT}:table/dev-orders-idempotency"],
            "Action": ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        },
    ]  # fmt: skip


def test_orders_uses_its_key_through_dynamodb_and_lambda(dev: Graph):
    key = dev.one("kms/key", "orders-key").outputs["arn"]

    def through(service: str, *actions: str) -> dict:
        return {
            "Sid": f"KeyThrough{service.capitalize()}", "Effect": "Allow", "Action": list(actions), "Resource": [key],
            "Condition": {"StringEquals": {"kms:ViaService": f"{service}.eu-west-1.amazonaws.com"}},
        }  # fmt: skip

    assert statements(dev, "orders-api-key") == [
        through("dynamodb", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
        through("lambda", "kms:Decrypt"),
    ]


def test_receipts_consumes_its_queue_and_removes_nothing_from_its_bucket(dev: Graph):
    assert statements(dev, "receipts-worker-access") == [
        {**LOGS, "Resource": [f"arn:aws:logs:{AT}:log-group:/aws/lambda/dev-receipts-worker:*"]},
        TRACES,
        {
            "Sid": "QueuePaidOrders", "Effect": "Allow", "Resource": [f"arn:aws:sqs:{AT}:dev-receipts-paid-orders"],
            "Action": ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        },
        {
            "Sid": "BucketReceipts", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],  # read to recognise its own first try
            "Resource": ["arn:aws:s3:::dev-receipts-receipts-111111111111-eu-west-1/*"],
        },
    ]  # fmt: skip


def test_the_component_tells_the_rules_what_the_policies_say(dev: Graph):
    told = dev.one("Function", "receipts-worker").inputs
    sent = statements(dev, "receipts-worker-access")
    assert [(each["sid"], each["actions"], each["resources"]) for each in told["statements"]] == [
        (each["Sid"], each["Action"], each["Resource"]) for each in sent
    ]
    assert [each["sid"] for each in told["keyStatements"]] == ["KeyThroughLambda", "KeyThroughS3", "KeyThroughSqs"]


def test_keys_admit_services_and_the_account_but_name_no_role(graph: Graph):
    """No role as principal, which is stored by its unique id: conditions name roles, as text (test_data_class.py)."""
    for key in graph.all("kms/key"):
        for statement in json.loads(key.inputs["policy"])["Statement"]:
            assert ":role/" not in json.dumps(statement["Principal"])
            if "Service" in statement["Principal"]:
                # EventBridge tells KMS of no source when it delivers to an encrypted queue, and of none when it looks a bus's key up
                # (platform/kms.py); all others say for whom.
                unsaid = statement["Sid"] == "ServiceEvents" or statement["Action"] == ["kms:DescribeKey"]
                assert statement.get("Condition") or unsaid, statement["Sid"]
        assert key.inputs["enableKeyRotation"] is True


def test_lambda_takes_a_role_for_this_account_only(dev: Graph):
    functions = {node.inputs["role"] for node in dev.all("lambda/function")}
    roles = [role for role in dev.all("iam/role") if role.outputs["arn"] in functions]
    assert len(roles) == len(dev.all("lambda/function"))
    for role in roles:
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
