"""Tokens of whichever issuer the settings accept: what API Gateway's JWT authorizer takes is taken, and what it refuses is refused."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from platform_contract.planning import token_keys
from platform_contract.platform.settings import load_settings
from shared.errors import TransientFailure
from shared.tokens import ALGORITHMS, Keys, Refused, verify
from tests.unit.contract.samples import SETTINGS

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
ISSUERS = {
    POOL: f"{POOL}/.well-known/openid-configuration",
    "https://acme.eu.example-idp.com/": "https://acme.eu.example-idp.com/.well-known/openid-configuration",
    "https://acme.eu.example-idp.com": "https://acme.eu.example-idp.com/.well-known/openid-configuration",
    "https://login.example.com/tenant/v2.0": "https://login.example.com/tenant/v2.0/.well-known/openid-configuration",
    "https://login.example.com/tenant/v2.0/": "https://login.example.com/tenant/v2.0/.well-known/openid-configuration",
    "https://login.example.com:8443/realms/shop": "https://login.example.com:8443/realms/shop/.well-known/openid-configuration",
}
"""`iss` of its tokens -> where its configuration is."""
KEYS_AT = "https://keys.example.com/discovery/keys"


def public(key, kid: str = "k-1", **more: str) -> dict:
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, **more}


class Issuer:
    """Answers its configuration at `place`, and its keys elsewhere, as most providers do."""

    def __init__(self, place: str, keys: list[dict]) -> None:
        self.answers: dict[str, object] = {place: {"issuer": "any", "jwks_uri": KEYS_AT}, KEYS_AT: {"keys": keys}}
        self.asked: list[str] = []

    def fetch(self, url: str) -> object:
        self.asked.append(url)
        return self.answers[url]


def claims(issuer: str, **changes: object) -> dict:
    now = int(time.time())
    good = {"iss": issuer, "sub": "idp|1", "iat": now - 10, "exp": now + 600, **changes}
    return {name: value for name, value in good.items() if value is not None}


def settings(issuer: str, *audiences: str, **more: object):
    return load_settings({**SETTINGS, "identity": {"issuer": issuer, "audiences": list(audiences), **more}}, "Pulumi.dev.yaml")


TAKEN = [
    {"aud": "shop"}, {"aud": ["shop"]}, {"aud": ["https://acme.eu.example-idp.com/userinfo", "shop"]},
    {"client_id": "shop", "token_use": "access"}, {"aud": "shop", "token_use": "id"}, {"aud": "shop", "client_id": "other"}, {"client_id": "shop"},
]  # fmt: skip
"""Claims that name the audience: of id and access tokens, of Cognito and of others. `client_id` counts only without `aud`."""
NOT_TAKEN = [{}, {"aud": "other"}, {"aud": []}, {"aud": ["other"]}, {"aud": "other", "client_id": "shop"}, {"client_id": "other"}, {"aud": "sho"}, {"azp": "shop"}]


@pytest.mark.parametrize(("issuer", "place"), ISSUERS.items())
@pytest.mark.parametrize("audience", TAKEN, ids=str)
def test_a_token_of_each_kind_is_taken_from_each_issuer_that_the_settings_accept(issuer, place, audience):
    identity, url = settings(issuer, "shop").identity, token_keys(settings(issuer, "shop"))
    served = Issuer(place, [public(KEY)])
    token = jwt.encode(claims(issuer, **audience), KEY, algorithm="RS256", headers={"kid": "k-1"})
    assert verify(token, Keys(url, served.fetch), identity.issuer, identity.audiences).sub == "idp|1"
    assert served.asked == [place, KEYS_AT]


@pytest.mark.parametrize("audience", NOT_TAKEN, ids=str)
def test_a_token_for_somebody_else_is_refused(audience):
    issuer = "https://acme.eu.example-idp.com/"
    token = jwt.encode(claims(issuer, **audience), KEY, algorithm="RS256", headers={"kid": "k-1"})
    with pytest.raises(Refused, match="made for another client"):
        verify(token, Keys("url", lambda url: {"keys": [public(KEY)]}), issuer, ("shop",))


@pytest.mark.parametrize(("told", "wanted"), [("https://a.example/", "https://a.example"), ("https://a.example", "https://a.example/"), ("https://A.example", "https://a.example")])
def test_the_issuer_is_compared_to_the_letter_as_api_gateway_does(told, wanted):
    token = jwt.encode(claims(told, aud="shop"), KEY, algorithm="RS256", headers={"kid": "k-1"})
    with pytest.raises(Refused, match="InvalidIssuerError"):
        verify(token, Keys("url", lambda url: {"keys": [public(KEY)]}), wanted, ("shop",))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_rsa_signature_is_taken(algorithm):
    token = jwt.encode(claims("https://a.example", aud="shop"), KEY, algorithm=algorithm, headers={"kid": "k-1"})
    for more in ({}, {"use": "sig"}, {"alg": algorithm}):
        assert verify(token, Keys("url", lambda url, more=more: {"keys": [public(KEY, **more)]}), "https://a.example", ("shop",))


@pytest.mark.parametrize(("key", "algorithm", "told", "reason"), [
    (CURVE, "ES256", {}, "not signed with one of RS256, RS384, RS512"), (KEY, "PS256", {}, "not signed with one of RS256, RS384, RS512"),
    (KEY, "RS256", {"alg": "RS512"}, "signed with a key that is not for that"), (KEY, "RS256", {"use": "enc"}, "signed with a key that is not for that"),
])  # fmt: skip
def test_another_signature_or_a_key_for_something_else_is_refused(key, algorithm, told, reason):
    token = jwt.encode(claims("https://a.example", aud="shop"), key, algorithm=algorithm, headers={"kid": "k-1"})
    with pytest.raises(Refused, match=reason):
        verify(token, Keys("url", lambda url: {"keys": [public(KEY, **told)]}), "https://a.example", ("shop",))


def test_keys_of_other_kinds_in_the_set_stand_in_nobodys_way():
    others = [
        {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(CURVE.public_key())), "kid": "e-1"}, {"kty": "RSA", "kid": "broken"}, {"kid": "nothing"}, "text",
        public(KEY, "enc-1", use="enc", alg="RSA-OAEP"), {name: value for name, value in public(KEY).items() if name != "kid"},
    ]  # fmt: skip
    token = jwt.encode(claims("https://a.example", aud="shop"), KEY, algorithm="RS256", headers={"kid": "k-1"})
    assert verify(token, Keys("url", lambda url: {"keys": [*others, public(KEY)]}), "https://a.example", ("shop",))
    curved = jwt.encode(claims("https://a.example", aud="shop"), KEY, algorithm="RS256", headers={"kid": "e-1"})
    with pytest.raises(Refused, match="signed with a key that is not for that"):
        verify(curved, Keys("url", lambda url: {"keys": others}), "https://a.example", ("shop",))


@pytest.mark.parametrize("configuration", [{"jwks_uri": "http://keys.example.com/keys"}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": 5}, {"issuer": "any"}, [], "text", None])
def test_a_configuration_that_leads_to_no_keys_is_the_issuers_fault_and_not_the_callers(configuration):
    with pytest.raises(TransientFailure, match="the keys of the token's issuer cannot be had"):
        Keys("https://a.example/.well-known/openid-configuration", {"https://a.example/.well-known/openid-configuration": configuration}.__getitem__).key("k-1")


@pytest.mark.parametrize(("claim", "told", "groups"), [
    ("cognito:groups", ["a", "b"], {"a", "b"}), ("groups", ["a"], {"a"}), ("https://acme.example/roles", ["a", "b c"], {"a", "b c"}), ("roles", "a b", {"a", "b"}),
    ("roles", "a,b", {"a", "b"}), ("roles", "a", {"a"}), ("roles", [1, "a", None, ["b"]], {"a"}), ("roles", {"a": 1}, set()), ("roles", None, set()), ("roles", 5, set()),
])  # fmt: skip
def test_groups_are_read_from_the_claim_of_the_issuer(claim, told, groups):
    token = jwt.encode(claims("https://a.example", aud="shop", **{claim: told}), KEY, algorithm="RS256", headers={"kid": "k-1"})
    found = verify(token, Keys("url", lambda url: {"keys": [public(KEY)]}), "https://a.example", ("shop",), claim).groups
    assert found == groups


def test_a_claim_named_groups_is_not_taken_for_the_one_that_the_settings_name():
    token = jwt.encode(claims("https://a.example", aud="shop", groups=["support"]), KEY, algorithm="RS256", headers={"kid": "k-1"})
    assert verify(token, Keys("url", lambda url: {"keys": [public(KEY)]}), "https://a.example", ("shop",)).groups == frozenset()


def test_who_the_user_is_called_does_not_depend_on_the_kind_of_token():
    for more, user in (({"username": "anna"}, "anna"), ({"cognito:username": "bob"}, "bob"), ({}, "idp|1")):
        token = jwt.encode(claims("https://a.example", aud="shop", **more), KEY, algorithm="RS256", headers={"kid": "k-1"})
        assert verify(token, Keys("url", lambda url: {"keys": [public(KEY)]}), "https://a.example", ("shop",)).user == user


def test_the_managed_pool_has_its_keys_where_cognito_has_them_and_in_the_embedded_cloud():
    managed = load_settings({**SETTINGS, "identity": {"managed": True}}, "Pulumi.dev.yaml")
    assert token_keys(managed) == "{issuer}/.well-known/jwks.json"
    local = {**SETTINGS, "identity": {"managed": True}, "account_id": "000000000000", "endpoint_url": "http://127.0.0.1:4566"}
    assert token_keys(load_settings(local, "Pulumi.local.yaml")) == "http://127.0.0.1:4566/{pool}/.well-known/jwks.json"


@pytest.mark.parametrize(("told", "found"), [("[a approvers]", {"a", "approvers"}), ("a,approvers", {"a", "approvers"}), (["approvers"], {"approvers"}), ("", {""})])
def test_groups_that_api_gateway_hands_on_are_read_from_that_claim_too(told, found, monkeypatch):
    from types import SimpleNamespace

    from loans import api

    monkeypatch.setattr(api, "parts", lambda: SimpleNamespace(groups_claim="https://acme.example/roles"))
    claims = {"https://acme.example/roles": told, "cognito:groups": "[other]"}
    assert api.groups(SimpleNamespace(raw_event={"requestContext": {"authorizer": {"jwt": {"claims": claims}}}})) == found
