"""The HTTP API of orders beyond taking an order: pages, other origins, signed calls, and who decides who may call."""

import base64
import json
import urllib.error
import urllib.request
import uuid

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.end_to_end.calls import api_url, log_lines, send, token_of

pytestmark = pytest.mark.end_to_end

ORDER = {"items": [{"sku": "BOOK-1", "quantity": 2}]}


def take(platform, token: str) -> dict:
    status, body, _ = send(api_url(platform, "orders", "/orders"), "POST", token, ORDER, idempotency_key=uuid.uuid4().hex)
    assert status == 201, body
    return json.loads(body)


def test_pages_hold_every_own_order_once(platform):
    token = token_of(platform)
    made = {take(platform, token)["order_id"] for _ in range(5)}
    seen, cursor = [], ""
    while cursor is not None:
        url = api_url(platform, "orders", f"/orders?limit=2{cursor and '&cursor='}{cursor}")
        status, body, _ = send(url, "GET", token)
        assert status == 200, body
        told = json.loads(body)
        seen += [order["order_id"] for order in told["orders"]]
        cursor = told["next_cursor"]
    assert (len(seen), set(seen)) == (5, made)


def test_pages_of_named_origins_may_call_and_others_may_not(platform):
    def preflight(origin: str) -> dict[str, str]:
        headers = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        request = urllib.request.Request(api_url(platform, "orders", "/orders"), headers=headers, method="OPTIONS")
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as refused:  # the emulator's way; API Gateway answers 204 without the header
            answer = refused
        with answer:
            return {name.lower(): value for name, value in answer.headers.items()}

    assert preflight("https://shop.example.com")["access-control-allow-origin"] == "https://shop.example.com"
    assert "access-control-allow-origin" not in preflight("https://evil.example.com")


def test_a_signed_request_passes_and_an_unsigned_one_does_not(platform):
    order = take(platform, platform.token)
    url = api_url(platform, "orders", f"/internal/orders/{order['order_id']}")
    assert send(url, "GET", None)[0] == 403
    # API Gateway answers 403 itself; the emulator takes any Authorization header for a signature, and the function refuses it.
    assert send(url, "GET", platform.token)[0] in (401, 403), "a token is no signature"
    request = AWSRequest("GET", url, headers={"x-correlation-id": "e2e-signed"})
    SigV4Auth(Credentials(platform.inventory.account_id, "local"), "execute-api", platform.inventory.region).add_auth(request)
    status, body, _ = send(url, "GET", None, **dict(request.headers))
    assert (status, json.loads(body)) == (200, order)
    [line] = [line for line in log_lines(platform, "orders", "api") if line.get("correlation_id") == "e2e-signed"]
    assert line["principal"].startswith(f"arn:aws:iam::{platform.inventory.account_id}:")


def test_people_of_the_company_see_what_their_role_allows(platform):
    customer = token_of(platform)
    order = take(platform, customer)
    customer_id = json.loads(base64.urlsafe_b64decode(customer.split(".")[1] + "=="))["sub"]
    one = api_url(platform, "orders", f"/support/orders/{order['order_id']}")
    several = api_url(platform, "orders", f"/support/customers/{customer_id}/orders")
    support, auditor = token_of(platform, "support"), token_of(platform, "auditor")
    assert [send(one, "GET", token)[0] for token in (support, auditor, customer, "nonsense", None)] == [200, 200, 403, 403, 401]
    assert [send(several, "GET", token)[0] for token in (support, auditor, customer)] == [200, 403, 403]
    assert [each["order_id"] for each in json.loads(send(several, "GET", support)[1])["orders"]] == [order["order_id"]]
    lines = [line for line in log_lines(platform, "orders", "api") if line.get("message") == "order read" and line.get("role")]
    assert {line["role"] for line in lines if line["order_id"] == order["order_id"]} == {"support", "auditor"}
