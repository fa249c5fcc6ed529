"""With what the probe shows who it is: a token of its own user or client, an API key of its own, or a signature of its role. None of them is logged."""

import base64
import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from .calls import Call

CONFIGURATION = "/.well-known/openid-configuration"
"""Where an issuer says where it gives tokens. Source: OpenID Connect Discovery 1.0, section 4."""
ISSUER_SECONDS = 10
"""That an issuer has for an answer."""
RENEWED_SECONDS = 300
"""Before its end a token is replaced, so that none ends on the way."""
READ_BYTES = 100_000


class Unset(Exception):
    """Nobody has given the probe what it needs: nothing is known about the workload, good or bad."""


class Refused(Exception):
    """Who gives tokens does not give one: no client gets in."""


class Proofs:
    """What is asked of other services, and kept for as long as it holds."""

    def __init__(
        self, *, secret: Callable[[], str | None], secret_name: str, issuer: str, issuer_url: str, client_id: str, log_in: Callable[..., dict[str, Any]],
        signing: Callable[[], Any], region: str, now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """secret: reads the value, None where there is none. issuer: pool, issuer or empty. log_in: Cognito's AdminInitiateAuth. signing: credentials of the role."""
        self._secret, self._secret_name, self._issuer, self._issuer_url = secret, secret_name, issuer, issuer_url
        self._client_id, self._log_in, self._signing, self._region, self._now = client_id, log_in, signing, region, now
        self._kept: tuple[str, float, dict[str, str]] | None = None
        """Value of the secret that it was got with, when it ends, the tokens."""
        self._read: str | None = None

    def begin(self) -> None:
        """Of a run: the secret is read anew, so a value that somebody has set is used at once."""
        self._read = None

    def forget(self) -> None:
        """After a refusal: the next run gets a token of its own."""
        self._kept = None

    def headers(self, call: Call, url: str, headers: Mapping[str, str]) -> dict[str, str]:
        """`headers` with the proof. Raises Unset, Refused."""
        if call.proof == "nothing":
            return dict(headers)
        if call.proof == "signature":
            return self._signed(call, url, headers)
        if call.proof == "api_key":
            return {**headers, "x-api-key": self._of_secret("api_key")}
        return {**headers, "authorization": f"Bearer {self._token(call.proof)}"}

    def _signed(self, call: Call, url: str, headers: Mapping[str, str]) -> dict[str, str]:
        request = AWSRequest(method=call.method, url=url, data=(call.body or "").encode(), headers=dict(headers))
        SigV4Auth(self._signing(), "execute-api", self._region).add_auth(request)
        return dict(request.headers)

    def _value(self) -> str:
        if self._read is None:
            try:
                self._read = self._secret()
            except Exception as error:
                raise Unset(f"the secret {self._secret_name} could not be read: {type(error).__name__}: {error}") from None
        if not self._read:
            raise Unset(f"the secret {self._secret_name} has no value")
        return self._read

    def _of_secret(self, field: str) -> str:
        text = self._value()
        try:
            value = json.loads(text)[field]
        except (ValueError, TypeError, KeyError):
            raise Unset(f"the secret {self._secret_name} is no JSON object with {field}") from None
        return str(value)

    def _token(self, kind: str) -> str:
        value = self._value()
        if self._kept is None or self._kept[0] != value or self._now() > self._kept[1]:
            tokens, seconds = self._of_pool() if self._issuer == "pool" else self._of_issuer()
            self._kept = (value, self._now() + seconds - RENEWED_SECONDS, tokens)
        return self._kept[2][kind]

    def _of_pool(self) -> tuple[dict[str, str], float]:
        """By the user's password, which only holders of a role may send: AdminInitiateAuth."""
        parameters = {"USERNAME": self._of_secret("username"), "PASSWORD": self._of_secret("password")}
        try:
            answer = self._log_in(
                UserPoolId=self._issuer_url.rpartition("/")[2], ClientId=self._client_id, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=parameters
            )
        except Exception as error:
            raise Refused(f"its user was not logged in: {type(error).__name__}: {error}") from None
        if not (result := answer.get("AuthenticationResult")):
            raise Refused(f"its user is asked for more than a password: {answer.get('ChallengeName')}")
        return {"access_token": result["AccessToken"], "id_token": result["IdToken"]}, float(result["ExpiresIn"])

    def _of_issuer(self) -> tuple[dict[str, str], float]:
        """Client credentials (RFC 6749, section 4.4), at the address that the issuer itself names."""
        given = {name: value for name, value in (("scope", self._optional("scope")), ("audience", self._optional("audience"))) if value}
        both = f"{self._of_secret('client_id')}:{self._of_secret('client_secret')}"
        headers = {
            "authorization": f"Basic {base64.b64encode(both.encode()).decode()}", "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        }  # fmt: skip
        try:
            address = str(ask("GET", f"{self._issuer_url.rstrip('/')}{CONFIGURATION}", {"accept": "application/json"})["token_endpoint"])
            answer = ask("POST", address, headers, urlencode({"grant_type": "client_credentials", **given}))
            token = str(answer["access_token"])
        except Exception as error:
            raise Refused(f"{self._issuer_url} gave no token: {type(error).__name__}: {error}") from None
        return {"access_token": token, "id_token": token}, float(answer.get("expires_in", 2 * RENEWED_SECONDS))

    def _optional(self, field: str) -> str:
        try:
            return self._of_secret(field)
        except Unset:
            self._value()
            return ""


def ask(method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> dict[str, Any]:
    """A JSON object over HTTPS. Raises ValueError for another address or another status than 200, without a word of the answer."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise ValueError(f"{url} is no https:// address")
    connection = http.client.HTTPSConnection(parts.netloc, timeout=ISSUER_SECONDS, context=ssl.create_default_context())
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, dict(headers))
        answer = connection.getresponse()
        text = answer.read(READ_BYTES)
    finally:
        connection.close()
    if answer.status != 200:
        raise ValueError(f"{parts.netloc} answered with {answer.status}")
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError(f"{parts.netloc} answered with no JSON object")
    return content
