"""The inventory: what the program exports and the tools read is one model, both ways."""

import json

import pytest
from pydantic import ValidationError

from platform_contract.inventory import Inventory

PLAIN = {
    "environment": "dev",
    "account_id": "123456789012",
    "region": "eu-west-1",
    "identity": {"issuer": "https://login.example.com", "user_pool_id": "", "client_id": ""},
    "alarm_topic_arn": "arn:aws:sns:eu-west-1:123456789012:dev-alarms",
    "workloads": {
        "orders": {
            "owner": "commerce", "phase": "pilot", "data_class": "internal",
            "functions": {"api": {"physical_name": "dev-orders-api", "alias_arn": "arn:...:live", "log_group": "/aws/lambda/dev-orders-api", "timeout_seconds": 10, "failures_url": ""}},
            "platform_functions": ["dev-orders-release-checks"],
            "tables": {"orders": {"physical_name": "dev-orders-orders"}},
            "queues": {"paid": {"physical_name": "q", "url": "https://q", "arn": "arn:q", "dead_letter_name": "q-dead", "dead_letter_url": "https://q-dead"}},
            "buckets": {"files": {"physical_name": "b"}},
            "topics": {"told": {"physical_name": "t", "arn": "arn:t"}},
            "buses": {"company": {"physical_name": "c", "arn": "arn:c", "archive_name": "c"}},
            "streams": {"clicks": {"physical_name": "s"}},
            "datasets": {"clicks": {"database": "d", "table": "clicks", "workgroup": "g"}},
            "workflows": {"decide": {"physical_name": "w", "arn": "arn:w", "log_group": "g"}},
            "secrets": {"bureau": {"physical_name": "s"}},
            "parameters": {"url": {"physical_name": "/p"}},
            "schedules": {"sweep-0": {"physical_name": "sweep-0", "group_name": "g"}},
            "apis": {"http": {"kind": "http", "key_ids": {}, "api_id": "a1", "stage": "$default", "endpoint": "https://a1", "routes": [
                {"route": "POST /orders", "function": "api", "authorizer": "jwt", "example": {"sku": "A"}},
            ], "distribution": {"id": "E1", "url": "https://orders.example.com", "domain_name": "d1.cloudfront.net"}}},
            "registry": {"contact": "#commerce", "on_call": "c@example.com", "cost_centre": "CC-1", "expected_usd": 12.5, "budget_usd": 50},
            "objectives": [{"api": "http", "indicator": "availability", "budget": 0.001, "days": 30, "alarms": ["dev-orders-http-availability-burn-1h"], "bad": "failed",
                            "metrics": {"failed": {"namespace": "AWS/ApiGateway", "metric_name": "5xx", "statistic": "Sum", "dimensions": {"ApiId": "a1"}}}}],
            "probe": {"function": {"physical_name": "dev-orders-probe", "alias_arn": "arn:...:live", "log_group": "/aws/lambda/dev-orders-probe", "timeout_seconds": 60,
                                   "failures_url": "https://q"},
                      "secret_name": "dev-orders-probe.secret", "key_id": "", "issuer": "pool", "left_out": {"GET /x": "costs money"}},
            "release": {"application_name": "dev-orders", "strategy": "canary", "percent": 10, "minutes": 10,
                        "checks_name": "dev-orders-release-checks", "record_name": "/dev/orders/release.record"},
            "feature_flags": {"application_id": "a", "environment_id": "e", "profile_id": "p", "strategy_id": "s", "minutes": 20, "bake_minutes": 10,
                              "first_version": 1, "monitors": ["dev-orders-http-server-errors"], "monitor_role_arn": "arn:r",
                              "flags": {"taking": {"description": "Orders are taken.", "default": True}}},
            "dashboards": {"release": "dev-orders-release-eu-west-1", "runtime": "dev-orders-runtime-eu-west-1"},
            "alarms": ["dev-orders-api-errors", "dev-orders-cdn-server-errors"], "alarm_regions": {"dev-orders-cdn-server-errors": "us-east-1"},
        }
    },
}  # fmt: skip


def test_what_is_exported_is_read_back():
    inventory = Inventory.model_validate(PLAIN)
    assert json.loads(json.dumps(inventory.to_plain())) == PLAIN


def test_what_tools_do_not_know_is_refused():
    with pytest.raises(ValidationError, match="colour"):
        Inventory.model_validate({**PLAIN, "colour": "red"})
