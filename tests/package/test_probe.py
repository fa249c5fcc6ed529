"""The probe's own code: what it sends, how it judges what comes back, what it shows as proof, and what never gets into its log."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.credentials import Credentials

from platform_contract.features import probe as planned
from platform_contract.platform import environment
from serverless_platform import platform_code
from serverless_platform.platform_functions.probe import calls as calls_module
from serverless_platform.platform_functions.probe import handler as entry
from serverless_platform.platform_functions.probe import proofs as proofs_module
from serverless_platform.platform_functions.probe.calls import Call, Outcome, metrics, send
from serverless_platform.platform_functions.probe.proofs import Proofs, Refused, Unset

NOW = 1_800_000_000.0
SECRET = "dev-shop-probe.secret"


def call(**changes: Any) -> Call:
    plain = {"api": "http", "route": "GET /orders/{order_id}", "method": "GET", "target": "/orders/none", "headers": {"content-type": "application/json"},
             "body": None, "status": 404, "proof": "nothing", "timeout_seconds": 2}  # fmt: skip
    return Call(**{**plain, **changes})


class Server:
    """What stands behind the address: answers as the test says, and keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.slow_seconds = 0.0
        outer, self.released = self, threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                outer.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, self.rfile.read(length)))
                if outer.slow_seconds:
                    outer.released.wait(outer.slow_seconds)
                status, headers = outer.answers.pop(0) if outer.answers else (404, {})
                self.send_response(status)
                for name, value in {**headers, "content-length": "2"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"{}")

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/base"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_a_call_is_sent_once_as_it_is_planned(server: Server):
    posted = call(method="POST", target="/orders?dry=1", body='{"items": []}', status=400)
    server.answers = [(400, {})]
    status, problem, milliseconds = send(posted, server.url + posted.target, {"content-type": "application/json", "user-agent": "probe"})
    assert (status, problem) == (400, "") and milliseconds > 0
    [(method, path, headers, body)] = server.seen
    assert (method, path, body) == ("POST", "/base/orders?dry=1", b'{"items": []}')
    assert headers["user-agent"] == "probe"


def test_another_status_is_told_with_who_refused_it_and_where_to_look(server: Server):
    server.answers = [(403, {"x-amzn-errortype": "ForbiddenException", "apigw-requestid": "abc=", "set-cookie": "token"})]
    assert send(call(), server.url, {})[:2] == (403, "answered with 403, not 404, x-amzn-errortype: ForbiddenException, apigw-requestid: abc=")


def test_a_redirect_is_an_answer_and_is_not_followed(server: Server):
    """A token would go wherever it points."""
    server.answers = [(302, {"location": f"{server.url}/elsewhere"})]
    assert send(call(), server.url, {"authorization": "Bearer t"})[1] == "answered with 302, not 404"
    assert len(server.seen) == 1


def test_a_failure_is_not_tried_again(server: Server):
    server.answers = [(503, {}), (404, {})]
    assert send(call(), server.url, {})[0] == 503
    assert len(server.seen) == 1


def test_no_answer_is_told_with_its_cause(server: Server):
    server.slow_seconds = 30
    status, problem, milliseconds = send(call(timeout_seconds=1), server.url, {})
    assert (status, problem) == (0, "no answer: nothing came for 1 s") and 900 < milliseconds < 5000
    assert send(call(), "https://no-such-name.invalid/x", {})[1].startswith("no answer: gaierror: ")
    assert send(call(), "http://127.0.0.1:1/x", {})[1].startswith("no answer: ConnectionRefusedError: ")


def test_https_wants_a_certificate_that_is_good(server: Server):
    problem = send(call(), server.url.replace("http://", "https://"), {})[1]
    assert problem.startswith("no answer: SSLError: ") or "SSL" in problem


def proofs(value: str | None = '{"username": "u@dev.invalid", "password": "p4ss", "api_key": "k3y"}', *, now: list[float] | None = None, **changes: Any) -> Proofs:
    def log_in(**given: Any) -> dict[str, Any]:
        logged_in.append(given)
        return {"AuthenticationResult": {"AccessToken": f"access-{len(logged_in)}", "IdToken": "id", "ExpiresIn": 3600}}

    logged_in: list[dict[str, Any]] = changes.pop("logged_in", [])
    clock = now or [NOW]
    return Proofs(**{
        "secret": lambda: value, "secret_name": SECRET, "issuer": "pool", "issuer_url": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool",
        "client_id": "client", "log_in": log_in, "signing": lambda: Credentials("AK", "SK", "ST").get_frozen_credentials(), "region": "eu-west-1",
        "now": lambda: clock[0], **changes,
    })  # fmt: skip


def test_a_token_is_got_with_the_users_password_and_kept_until_shortly_before_its_end():
    logged_in: list[dict[str, Any]] = []
    clock = [NOW]
    shown = proofs(now=clock, logged_in=logged_in)
    assert shown.headers(call(proof="access_token"), "u", {"a": "b"}) == {"a": "b", "authorization": "Bearer access-1"}
    assert logged_in == [{
        "UserPoolId": "eu-west-1_Pool", "ClientId": "client", "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "u@dev.invalid", "PASSWORD": "p4ss"},
    }]  # fmt: skip
    clock[0] += 3600 - proofs_module.RENEWED_SECONDS - 1
    shown.begin()
    assert shown.headers(call(proof="access_token"), "u", {})["authorization"] == "Bearer access-1"
    assert shown.headers(call(proof="id_token"), "u", {})["authorization"] == "Bearer id"
    clock[0] += 2
    assert shown.headers(call(proof="access_token"), "u", {})["authorization"] == "Bearer access-2"
    shown.forget()
    assert shown.headers(call(proof="access_token"), "u", {})["authorization"] == "Bearer access-3"


def test_another_value_of_the_secret_is_used_in_the_next_run():
    values = ['{"username": "a@dev.invalid", "password": "1"}']
    logged_in: list[dict[str, Any]] = []
    shown = proofs(secret=lambda: values[0], logged_in=logged_in)
    shown.headers(call(proof="access_token"), "u", {})
    values[0] = '{"username": "a@dev.invalid", "password": "2"}'
    shown.begin()
    shown.headers(call(proof="access_token"), "u", {})
    assert [each["AuthParameters"]["PASSWORD"] for each in logged_in] == ["1", "2"]


@pytest.mark.parametrize(("value", "told"), [
    (None, f"the secret {SECRET} has no value"), ("", f"the secret {SECRET} has no value"),
    ("{}", f"the secret {SECRET} is no JSON object with username"), ("[]", f"the secret {SECRET} is no JSON object with username"),
    ("text", f"the secret {SECRET} is no JSON object with username"),
])  # fmt: skip
def test_what_nobody_has_set_is_no_failure_of_the_workload(value, told: str):
    with pytest.raises(Unset, match=told):
        proofs(value).headers(call(proof="access_token"), "u", {})


def test_a_secret_that_cannot_be_read_is_no_failure_of_the_workload_either():
    def denied() -> str:
        raise RuntimeError("AccessDenied")

    with pytest.raises(Unset, match="could not be read: RuntimeError: AccessDenied"):
        proofs(secret=denied).headers(call(proof="api_key"), "u", {})


def test_who_is_not_logged_in_gets_in_nowhere():
    def refuses(**_: Any) -> dict[str, Any]:
        raise RuntimeError("NotAuthorizedException")

    with pytest.raises(Refused, match="its user was not logged in: RuntimeError: NotAuthorizedException"):
        proofs(log_in=refuses).headers(call(proof="access_token"), "u", {})
    with pytest.raises(Refused, match="is asked for more than a password: SOFTWARE_TOKEN_MFA"):
        proofs(log_in=lambda **_: {"ChallengeName": "SOFTWARE_TOKEN_MFA"}).headers(call(proof="access_token"), "u", {})


def test_a_key_is_shown_as_a_key_and_nothing_where_nothing_is_asked():
    assert proofs().headers(call(proof="api_key"), "u", {}) == {"x-api-key": "k3y"}
    assert proofs(None).headers(call(), "u", {"a": "b"}) == {"a": "b"}


def test_a_signature_is_of_the_role_for_this_service_and_request():
    sent = proofs(None).headers(call(proof="signature", method="PUT", body="{}"), "https://a.example.com/$default/items/x?a=b", {"content-type": "application/json"})
    assert "/eu-west-1/execute-api/aws4_request" in sent["Authorization"] and sent["X-Amz-Security-Token"] == "ST"
    assert sent["content-type"] == "application/json"


def issuing(monkeypatch: pytest.MonkeyPatch, answers: list[Any]) -> list[tuple[Any, ...]]:
    asked: list[tuple[Any, ...]] = []

    def ask(*given: Any) -> Any:
        asked.append(given)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(proofs_module, "ask", ask)
    return asked


def test_another_issuer_gives_a_token_to_the_probes_own_client(monkeypatch: pytest.MonkeyPatch):
    asked = issuing(monkeypatch, [{"token_endpoint": "https://id.example.com/token"}, {"access_token": "t", "expires_in": 900}])
    given = '{"client_id": "c", "client_secret": "s", "scope": "orders/read"}'
    shown = proofs(given, issuer="issuer", issuer_url="https://id.example.com/")
    assert shown.headers(call(proof="access_token"), "u", {})["authorization"] == "Bearer t"
    assert asked[0][:2] == ("GET", "https://id.example.com/.well-known/openid-configuration")
    method, url, headers, body = asked[1]
    assert (method, url, body) == ("POST", "https://id.example.com/token", "grant_type=client_credentials&scope=orders%2Fread")
    assert headers["authorization"] == "Basic Yzpz"


def test_an_issuer_that_gives_none_keeps_clients_out(monkeypatch: pytest.MonkeyPatch):
    issuing(monkeypatch, [ValueError("id.example.com answered with 500")])
    with pytest.raises(Refused, match=r"https://id\.example\.com gave no token: ValueError: id\.example\.com answered with 500"):
        proofs('{"client_id": "c", "client_secret": "s"}', issuer="issuer", issuer_url="https://id.example.com").headers(call(proof="access_token"), "u", {})


def test_an_issuer_is_asked_over_https_only():
    with pytest.raises(ValueError, match="is no https:// address"):
        proofs_module.ask("GET", "http://id.example.com/x", {})


@pytest.fixture
def run(server: Server, monkeypatch: pytest.MonkeyPatch):
    """A run of the function: (what it answers, its lines of metrics)."""

    def made(plain_calls: list[Call], shown: Proofs, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, str], list[dict[str, Any]]]:
        content = {"user_agent": "serverless-platform-probe/1 (dev; shop)", "issuer": "pool", "names": {"http": "dev-shop-http", "rest": "dev-shop-rest"},
                   "calls": [vars(each) for each in plain_calls]}  # fmt: skip
        monkeypatch.setattr(entry, "data", lambda: content)
        monkeypatch.setattr(entry, "proofs", lambda: shown)
        for name, value in {"PROBE_HTTP_URL": server.url, "POWERTOOLS_METRICS_NAMESPACE": "n", "POWERTOOLS_SERVICE_NAME": "shop"}.items():
            monkeypatch.setenv(name, value)
        told = entry.handler({}, SimpleNamespace(aws_request_id="r-1"))
        return told, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return made


def test_every_call_counts_by_itself_and_says_who_it_is(server: Server, run, capsys, caplog):
    server.answers = [(404, {}), (500, {})]
    with caplog.at_level(logging.INFO):
        told, counted = run([call(), call(route="GET /orders", target="/orders?limit=1", status=200, proof="access_token")], proofs(), capsys)
    assert told == {"GET /orders/none": "", "GET /orders?limit=1": "answered with 500, not 200"}
    assert [(each["route"], each["ProbeSucceeded"]) for each in counted] == [("GET /orders/{order_id}", 1), ("GET /orders", 0)]
    assert {each["api"] for each in counted} == {"dev-shop-http"}
    first, second = (headers for _, _, headers, _ in server.seen)
    assert first["user-agent"] == "serverless-platform-probe/1 (dev; shop)"
    assert (first["x-correlation-id"], second["x-correlation-id"]) == ("probe-r-1-1", "probe-r-1-2")
    assert second["authorization"] == "Bearer access-1"
    assert caplog.messages == ["GET /orders: answered with 500, not 200 [probe-r-1-2]"]


def test_nothing_secret_is_logged_or_answered(server: Server, run, capsys, caplog):
    server.answers = [(401, {}), (403, {}), (500, {})]
    with caplog.at_level(logging.DEBUG):
        told, counted = run([call(proof="access_token"), call(proof="api_key"), call(proof="id_token")], proofs(), capsys)
    everything = json.dumps([told, counted]) + "".join(caplog.messages)
    assert not any(secret in everything for secret in ("p4ss", "k3y", "access-1"))


def test_what_cannot_be_called_is_not_counted_and_keeps_no_other_from_being_called(server: Server, run, capsys, caplog):
    told, counted = run([call(proof="access_token"), call(target="/public")], proofs(None), capsys)
    assert told == {"GET /orders/none": f"not called: the secret {SECRET} has no value", "GET /public": ""}
    assert len(counted) == 1 and len(server.seen) == 1
    assert caplog.messages == [f"GET /orders/{{order_id}}: not called: the secret {SECRET} has no value"]


def test_who_gets_no_token_has_failed(server: Server, run, capsys):
    def refuses(**_: Any) -> dict[str, Any]:
        raise RuntimeError("down")

    told, counted = run([call(proof="access_token")], proofs(log_in=refuses), capsys)
    assert told == {"GET /orders/none": "its user was not logged in: RuntimeError: down"}
    assert [each["ProbeSucceeded"] for each in counted] == [0] and server.seen == []


def test_a_refused_token_is_replaced_in_the_next_run_and_not_in_this_one(server: Server, run, capsys):
    logged_in: list[dict[str, Any]] = []
    shown = proofs(logged_in=logged_in)
    server.answers = [(401, {})]
    told, _ = run([call(proof="access_token")], shown, capsys)
    assert told == {"GET /orders/none": "answered with 401, not 404"} and len(server.seen) == 1 and len(logged_in) == 1
    run([call(proof="access_token")], shown, capsys)
    assert len(logged_in) == 2


def test_what_it_counts_is_what_its_alarms_watch():
    """Names, dimensions and the namespace, as CloudWatch reads them from the line."""
    made = json.loads(metrics(Outcome(call(), "", 12.34, "id"), environment.METRICS_NAMESPACE_VALUE, "shop", "dev-shop-http", NOW))
    [described] = made["_aws"]["CloudWatchMetrics"]
    assert described["Namespace"] == environment.METRICS_NAMESPACE_VALUE
    assert [each["Name"] for each in described["Metrics"]] == [planned.SUCCEEDED, planned.MILLISECONDS]
    assert [sorted(names) for names in described["Dimensions"]] == [sorted(planned.DIMENSIONS)]
    filled = {name: value.format(workload="shop", api_name="dev-shop-http", route="GET /orders/{order_id}") for name, value in planned.DIMENSIONS.items()}
    assert {name: made[name] for name in planned.DIMENSIONS} == filled
    assert (made["ProbeSucceeded"], made["ProbeMilliseconds"], made["_aws"]["Timestamp"]) == (1, 12.3, int(NOW * 1000))
    for row in planned.ALARMS[planned.KIND]:
        assert row.metric_name in made and set(row.dimensions) == set(described["Dimensions"][0])


def test_its_bundle_holds_its_code_and_what_it_calls():
    texts = platform_code.platform_texts(planned.HANDLER)
    assert set(texts) == {"probe/__init__.py", "probe/calls.py", "probe/handler.py", "probe/proofs.py"}
    archive = platform_code.platform_code(planned.HANDLER, probe="{}")
    assert entry.DATA in archive.assets


def test_calls_are_made_of_what_is_planned():
    fields = set(planned.CallPlan.model_fields)
    assert fields == set(Call.__dataclass_fields__)
    assert calls_module.call_of(vars(call())) == call()
