"""Names in AWS: what they are, that they never exceed what the service takes, that they are never cut."""

import pytest

from platform_contract.platform import naming
from platform_contract.platform.name_limits import PhysicalNameError, checked_name

from .samples import settings


def test_names_are_what_everybody_expects():
    prod = settings(environment="prod")
    assert naming.function_name(prod, "orders", "api") == "prod-orders-api"
    assert naming.role_name(prod, "orders", "api") == "prod-orders-api-eu-west-1"
    assert naming.table_name(prod, "orders", "orders") == "prod-orders-orders"
    assert naming.queue_name(prod, "orders", "paid") == "prod-orders-paid"
    assert naming.dead_letter_name(prod, "orders", "paid") == "prod-orders-paid-dead"
    assert naming.bucket_name(prod, "orders", "files") == "prod-orders-files-123456789012-eu-west-1"
    assert naming.function_log_group(prod, "orders", "api") == "/aws/lambda/prod-orders-api"
    assert naming.api_log_group(prod, "orders") == "/aws/vendedlogs/apigateway/prod-orders-http"
    assert naming.key_alias(prod, "orders") == "alias/prod-orders"


def test_a_generation_is_another_name():
    dev = settings()
    assert naming.table_name(dev, "orders", "orders", 2) == "dev-orders-orders-g2"
    assert naming.queue_name(dev, "orders", "paid", 3) == "dev-orders-paid-g3"
    assert naming.dead_letter_name(dev, "orders", "paid", 3) == "dev-orders-paid-g3-dead"
    assert naming.bucket_name(dev, "orders", "files", 2) == "dev-orders-files-123456789012-eu-west-1-g2"


def test_arns():
    dev = settings()
    assert naming.function_arn(dev, "f") == "arn:aws:lambda:eu-west-1:123456789012:function:f"
    assert naming.role_arn(dev, "r") == "arn:aws:iam::123456789012:role/r"
    assert naming.table_arn(dev, "t") == "arn:aws:dynamodb:eu-west-1:123456789012:table/t"
    assert naming.queue_arn(dev, "q") == "arn:aws:sqs:eu-west-1:123456789012:q"
    assert naming.bucket_arn(dev, "b") == "arn:aws:s3:::b"
    assert naming.log_group_arn(dev, "/g") == "arn:aws:logs:eu-west-1:123456789012:log-group:/g"
    assert naming.topic_arn(settings(region="cn-north-1"), "t") == "arn:aws-cn:sns:cn-north-1:123456789012:t"


@pytest.mark.parametrize(
    ("make", "longest"),
    [
        (naming.function_name, 64),
        (naming.queue_name, 80),
        (naming.table_name, 255),
        (naming.bucket_name, 63),
        (naming.role_name, 64),
    ],
)
def test_the_longest_name_passes_and_one_more_is_refused(make, longest):
    dev = settings()
    room = longest - len(make(dev, "orders", "x")) + 1
    assert len(make(dev, "orders", "x" * room)) == longest
    with pytest.raises(PhysicalNameError) as refused:
        make(dev, "orders", "x" * (room + 1))
    assert f"has {longest + 1} characters, and AWS allows {longest}" in str(refused.value)
    assert refused.value.fix.endswith(f"'{'x' * (room + 1)}' by 1 character")


def test_the_longer_part_is_the_one_to_shorten():
    with pytest.raises(PhysicalNameError) as refused:
        naming.function_name(settings(), "w" * 40, "f" * 30)
    assert str(refused.value) == (
        f"function name 'dev-{'w' * 40}-{'f' * 30}': has 75 characters, and AWS allows 64 for a function (Lambda API reference, CreateFunction); "
        f"shorten the workload name '{'w' * 40}' by 11 characters"
    )


def test_a_name_that_the_service_does_not_take():
    with pytest.raises(PhysicalNameError, match=r"must match \[a-z0-9\]"):
        checked_name("bucket", "Dev", {"bucket name": "Dev"})


def test_no_secret_ends_as_its_arn_does():
    """A dash and six characters at the end are taken for what Secrets Manager itself puts behind a name."""
    assert naming.secret_name(settings(), "loans", "bureau") == "dev-loans-bureau.secret"
