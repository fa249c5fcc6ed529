"""The authorizer: tokens signed here, with keys fetched from a set that is served here."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from handler_support import Context

from shared.errors import TransientFailure
from shared.tokens import FRESH_SECONDS, PAUSE_SECONDS, STALE_SECONDS, Keys, Refused

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
ARN = "arn:aws:execute-api:eu-west-1:000000000000:abc/live/$connect"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def public(key, kid: str) -> dict:
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "RS256", "use": "sig"}


SET = {"keys": [public(KEY, "k-1")]}


@pytest.fixture
def served():
    """A server of key sets: (URL, number of requests so far)."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(SET).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/pool/.well-known/jwks.json", requests
    server.shutdown()
    server.server_close()


@pytest.fixture
def gate(served, monkeypatch):
    from chat import gate as module

    for name, value in {
        "ENVIRONMENT": "test", "WORKLOAD": "chat", "TOKEN_ISSUER": ISSUER, "TOKEN_AUDIENCES": "client-1, client-2",
        "JWKS_URL": served[0],
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    module.parts.cache_clear()

    def call(headers: dict | None = None, query: dict | None = None) -> dict:
        event = {
            "type": "REQUEST", "methodArn": ARN, "headers": headers, "queryStringParameters": query,
            "requestContext": {"requestId": "edge-request", "routeKey": "$connect"},
        }  # fmt: skip
        return module.handler(event, Context())

    yield call
    module.parts.cache_clear()


def claims(**changes) -> dict:
    now = int(time.time())
    good = {
        "sub": "sub-1", "iss": ISSUER, "client_id": "client-1", "token_use": "access", "username": "anna",
        "iat": now - 10, "exp": now + 600, "scope": "aws.cognito.signin.user.admin",
    }  # fmt: skip
    return {name: value for name, value in (good | changes).items() if value is not None}


def token(key=KEY, kid: str | None = "k-1", **changes) -> str:
    return jwt.encode(claims(**changes), key, algorithm="RS256", headers={"kid": kid} if kid else {})


def bearer(text: str) -> dict:
    return {"Authorization": f"Bearer {text}"}


def effect(reply: dict) -> str:
    [statement] = reply["policyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("execute-api:Invoke", ARN)
    return statement["Effect"]


def test_an_access_token_lets_its_user_in(gate, log):
    assert gate(bearer(token())) == {
        "principalId": "sub-1",
        "policyDocument": {
            "Version": "2012-10-17", "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": ARN}],
        },
        "context": {"user": "anna"},
    }  # fmt: skip
    [line] = log.all()
    assert (line["message"], line["correlation_id"]) == ("connection allowed", "edge-request")


def test_an_id_token_lets_its_user_in(gate):
    reply = gate(bearer(token(**{
        "token_use": "id", "client_id": None, "username": None, "aud": "client-2", "cognito:username": "bob",
    })))  # fmt: skip
    assert (effect(reply), reply["context"]) == ("Allow", {"user": "bob"})


def test_browsers_send_the_token_in_the_query(gate):
    assert effect(gate({"Host": "x"}, {"token": token()})) == "Allow"
    assert effect(gate({"authorization": f"bearer {token()}"}, {"token": "ignored"})) == "Allow"


def forged_with_the_public_key() -> str:
    """The classic: the public key taken for the secret of a symmetric signature."""
    pem = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def part(content: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    signed = f"{part({'alg': 'HS256', 'kid': 'k-1', 'typ': 'JWT'})}.{part(claims())}"
    signature = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def tampered() -> str:
    head, _, signature = token().split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(sub="somebody-else")).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: token(exp=int(time.time()) - 6), "ExpiredSignatureError"),
        (lambda: token(iat=int(time.time()) + 60), "ImmatureSignatureError"),
        (lambda: token(iss=ISSUER + "x"), "InvalidIssuerError"),
        (lambda: token(client_id="client-3"), "made for another client"),
        (lambda: token(client_id=None), "made for another client"),
        (lambda: token(aud="client-3"), "made for another client"),
        (lambda: token(aud=[]), "made for another client"),
        (lambda: token(aud={"client-1": True}), "claim aud is missing or wrong"),
        (lambda: token(aud=["client-1", 5]), "claim aud is missing or wrong"),
        (lambda: token(token_use="refresh"), "claim token_use is missing or wrong"),
        (lambda: token(exp=None), "MissingRequiredClaimError"),
        (lambda: token(sub=None), "MissingRequiredClaimError"),
        (lambda: token(sub=""), "claim sub is missing or wrong"),
        (lambda: token(OTHER_KEY), "InvalidSignatureError"),
        (tampered, "InvalidSignatureError"),
        (lambda: token(OTHER_KEY, kid="k-2"), "signed with a key that the issuer does not have"),
        (lambda: token(kid=None), "names no key"),
        (forged_with_the_public_key, "not signed with one of RS256, RS384, RS512"),
        (lambda: jwt.encode(claims(), None, algorithm="none", headers={"kid": "k-1"}), "not signed with one of RS256, RS384, RS512"),
        (lambda: "nonsense", "DecodeError"),
        (lambda: "x" * 8193, "too long"),
        (lambda: "", "no token"),
    ],
)
def test_a_token_that_is_not_good_is_denied_with_its_reason_in_the_log(gate, log, metric_values, made, reason):
    text = made()
    reply = gate(bearer(text))
    assert (effect(reply), reply["principalId"]) == ("Deny", "nobody")
    [line] = log.all()
    assert (line["level"], line["message"], line["reason"]) == ("WARNING", "connection denied", reason)
    assert not text or text not in log.stream.getvalue()
    assert metric_values() == {"ConnectionsDenied": 1}


@pytest.mark.parametrize(("headers", "query"), [(None, None), ({}, {}), ({"authorization": "Basic YTpi"}, {"token": "x"})])
def test_no_token_is_denied(gate, headers, query):
    assert effect(gate(headers, query)) == "Deny"


def test_a_clock_that_is_a_little_off_is_no_reason(gate):
    assert effect(gate(bearer(token(exp=int(time.time()), iat=int(time.time()) - 600)))) == "Allow"  # without leeway, that second is too late


def test_keys_are_fetched_once(gate, served):
    for _ in range(3):
        assert effect(gate(bearer(token()))) == "Allow"
    assert served[1] == ["/pool/.well-known/jwks.json"]


def test_tokens_with_keys_unheard_of_do_not_make_the_gate_fetch_each_time(gate, served):
    gate(bearer(token()))
    for number in range(5):
        assert effect(gate(bearer(token(OTHER_KEY, kid=f"made-up-{number}")))) == "Deny"
    assert len(served[1]) == 1


def test_where_the_keys_cannot_be_had_the_function_fails(gate, served, monkeypatch, log):
    """Neither let in nor told that the token is wrong; and the function's alarm hears of it."""
    from chat import gate as module

    monkeypatch.setenv("JWKS_URL", "http://127.0.0.1:9/jwks.json")
    module.parts.cache_clear()
    with pytest.raises(TransientFailure, match="the keys of the token's issuer cannot be had: URLError"):
        gate(bearer(token()))


class Pool:
    """A pool whose keys, answers and clock the test turns."""

    def __init__(self) -> None:
        self.answer: object = SET
        self.fetches, self.now = 0, 1000.0
        self.keys = Keys("url", self.fetch, lambda: self.now)

    def fetch(self, url: str) -> object:
        self.fetches += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_new_key_of_the_pool_is_found_after_a_pause():
    pool = Pool()
    pool.keys.key("k-1")
    pool.answer = {"keys": [public(KEY, "k-1"), public(OTHER_KEY, "k-2")]}
    with pytest.raises(Refused):
        pool.keys.key("k-2")
    pool.now += PAUSE_SECONDS + 1
    assert pool.keys.key("k-2").key_id == "k-2"
    assert pool.fetches == 2


def test_a_key_that_the_pool_withdraws_is_refused_after_an_hour():
    pool = Pool()
    pool.keys.key("k-1")
    pool.answer = {"keys": [public(OTHER_KEY, "k-2")]}
    pool.now += FRESH_SECONDS + 1
    with pytest.raises(Refused):
        pool.keys.key("k-1")


@pytest.mark.parametrize("answer", [OSError("away"), ValueError("no JSON"), {"keys": []}, {}, [], "text", {"keys": [{"kty": "?"}]}])
def test_while_the_pool_is_away_known_keys_stay_good_for_a_day(answer):
    pool = Pool()
    pool.keys.key("k-1")
    pool.answer = answer
    pool.now += FRESH_SECONDS + 1
    for _ in range(5):
        pool.keys.key("k-1")
    assert pool.fetches == 2  # and it is not asked for each token
    pool.now += STALE_SECONDS
    with pytest.raises(TransientFailure):
        pool.keys.key("k-1")


def test_a_key_set_without_end_is_not_read(monkeypatch):
    import io
    import urllib.request

    from shared import tokens

    class Answer(io.BytesIO):
        status = 200

    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: Answer(b" " * 10_000_000))
    with pytest.raises(ValueError, match="too large"):
        tokens.fetch("https://pool.example")


@pytest.mark.parametrize(
    ("name", "value"), [("TOKEN_ISSUER", "http://issuer"), ("TOKEN_AUDIENCES", " , "), ("JWKS_URL", "http://pool.example/jwks")]
)
def test_a_wrong_setting_is_told_and_nobody_let_in(gate, monkeypatch, name, value):
    from chat import gate as module
    from shared.config import ConfigurationError

    monkeypatch.setenv(name, value)
    module.parts.cache_clear()
    with pytest.raises(ConfigurationError, match=name):
        gate(bearer(token()))
