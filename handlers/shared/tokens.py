"""Tokens of the stack's issuer, a user pool or any other OpenID provider: whose they are, if everything about them is right.

What is good here is good for a JWT authorizer of API Gateway, and the other way round: id and access tokens, `aud` as text or as a list,
`client_id` where there is no `aud`, any RSA signature. Source: API Gateway guide, "Control access to HTTP APIs with JWT authorizers".

PyJWT checks signature and times. Its own client for keys is not used, because it fetches the set again for each token that names
a key unheard of, and tokens come from anybody.
"""

import json
import re
import time
import urllib.request
from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal

import jwt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.config import GROUPS_CLAIM, FunctionConfig
from shared.errors import TransientFailure, first_fault
from shared.observability import called

ALGORITHMS = ("RS256", "RS384", "RS512")
"""Signatures that API Gateway takes, too. A key for one of the longer ones takes no other."""
LONGEST_TOKEN = 8192
"""Characters: API Gateway takes 10,240 bytes of headers in all."""
CLOCK_LEEWAY_SECONDS = 5
FETCH_TIMEOUT_SECONDS = 2.0
LARGEST_SET_BYTES = 150_000
"""As API Gateway. Source: its quotas, "Response size from JSON Web Key Set (JWKS) endpoint"."""
FRESH_SECONDS = 3600.0
"""Keys are fetched anew after an hour, so that one that the issuer withdraws is not trusted for longer."""
PAUSE_SECONDS = 30.0
"""Between two fetches for keys unheard of, and after one that failed while the old keys are still good."""
STALE_SECONDS = 24 * 3600.0
"""While the issuer cannot be reached, known keys stay good so long."""
PLACE_OF_KEYS = r"^(https://|http://(127\.0\.0\.1|localhost)[:/])"


class Refused(Exception):
    """The token is not to be trusted. The text is the reason; it holds nothing of the token."""


class Claims(BaseModel):
    """What a verified token says, as far as it is needed."""

    model_config = ConfigDict(frozen=True)

    sub: str = Field(min_length=1)
    token_use: Literal["access", "id"] | None = None
    """Cognito's. Other issuers tell their tokens apart otherwise, or not at all."""
    client_id: str | None = None
    aud: Annotated[frozenset[str], BeforeValidator(lambda told: [told] if isinstance(told, str) else told)] | None = None
    username: str | None = None
    cognito_username: str | None = Field(default=None, alias="cognito:username")
    groups: Annotated[frozenset[str], BeforeValidator(lambda told: _texts(told))] = frozenset()

    @property
    def audiences(self) -> frozenset[str]:
        """For whom it was made. Access tokens of Cognito have `client_id` instead of `aud`."""
        return self.aud if self.aud is not None else frozenset({self.client_id} if self.client_id else ())

    @property
    def user(self) -> str:
        return self.username or self.cognito_username or self.sub


def _texts(told: Any) -> list[str]:
    """Groups as issuers write them: a list, or a text with blanks or commas. Whatever else there is makes nobody a member."""
    if isinstance(told, str):
        return re.split(r"[\s,]+", told.strip())
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def fetch(url: str) -> Any:
    """The key set. Raises OSError or ValueError."""
    with called("GET", url) as answered, urllib.request.urlopen(url, timeout=FETCH_TIMEOUT_SECONDS) as reply:
        content = reply.read(LARGEST_SET_BYTES + 1)
        answered(reply.status)
    if len(content) > LARGEST_SET_BYTES:
        raise ValueError("too large")
    return json.loads(content)


class Keys:
    """The issuer's public keys, as long as the execution environment lives.

    url: its key set, or its OpenID configuration, which says where that is.
    """

    def __init__(self, url: str, fetch: Callable[[str], Any] = fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = re.sub(r"(?<!:)//+", "/", url)  # an issuer may end with a slash
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._tried: float | None = None

    def key(self, kid: str) -> jwt.PyJWK:
        """Raises Refused for a key that the issuer does not have, TransientFailure where that cannot be told."""
        if self._age(self._fetched) > FRESH_SECONDS or kid not in self._keys:
            self._renew()
        if kid not in self._keys:
            raise Refused("signed with a key that the issuer does not have")
        return self._keys[kid]

    def _renew(self) -> None:
        good = self._age(self._fetched) <= STALE_SECONDS
        if good and self._age(self._tried) <= PAUSE_SECONDS:
            return
        self._tried = self._clock()
        try:
            found = jwt.PyJWKSet.from_dict(self._fetch_set()).keys
        except (OSError, ValueError, TypeError, AttributeError, jwt.PyJWTError) as error:
            if good:
                return
            raise TransientFailure(f"the keys of the token's issuer cannot be had: {type(error).__name__}") from None
        self._keys = {key.key_id: key for key in found if key.key_id}
        self._fetched = self._tried

    def _fetch_set(self) -> Any:
        told = self._fetch(self._url)
        place = told.get("jwks_uri")
        if place is None:
            return told
        if not re.match(PLACE_OF_KEYS, place):
            raise ValueError("keys are fetched by https only")
        return self._fetch(place)

    def _age(self, since: float | None) -> float:
        return float("inf") if since is None else self._clock() - since


def verify(token: str, keys: Keys, issuer: str, audiences: Collection[str], groups_claim: str = GROUPS_CLAIM) -> Claims:
    """The claims of an access or id token of this issuer for one of these audiences or clients.

    Raises Refused with the reason, TransientFailure where the issuer's keys cannot be had.
    """
    if len(token) > LONGEST_TOKEN:
        raise Refused("too long")
    try:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise Refused(f"not signed with one of {', '.join(ALGORITHMS)}")
        if not isinstance(kid, str):
            raise Refused("names no key")
        content = jwt.decode(
            token,
            _public_key(keys.key(kid), algorithm),
            algorithms=[algorithm],
            issuer=issuer,
            leeway=CLOCK_LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "sub"], "verify_aud": False},  # which claim it is depends on the token
        )
    except jwt.PyJWTError as error:
        raise Refused(type(error).__name__) from None
    try:
        claims = Claims.model_validate({**content, "groups": content.get(groups_claim)})
    except ValidationError as error:
        raise Refused(f"claim {first_fault(error).field.partition('.')[0]} is missing or wrong") from None
    if not claims.audiences & set(audiences):
        raise Refused("made for another client")
    return claims


def _public_key(key: jwt.PyJWK, algorithm: str) -> Any:
    """Raises Refused where the set says that the key is for something else."""
    # A key that names no algorithm counts as one for RS256.
    if key.key_type != "RSA" or key.public_key_use not in (None, "sig") or key.algorithm_name not in (ALGORITHMS[0], algorithm):
        raise Refused("signed with a key that is not for that")
    return key.key


def split(text: Any) -> Any:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


class GateConfig(FunctionConfig):
    """What the platform must set for a function that decides who may call."""

    token_issuer: str = Field(pattern=r"^https://", description="Claim `iss` of the tokens")
    token_audiences: Annotated[tuple[str, ...], BeforeValidator(split), Field(min_length=1)] = Field(
        description="Audiences, or ids of the clients, whose tokens are good, separated by commas"
    )
    token_groups_claim: str = Field(default=GROUPS_CLAIM, description="Claim that lists the groups of a user")
    jwks_url: str = Field(pattern=PLACE_OF_KEYS, description="Where the issuer's keys are, or its OpenID configuration, which says where")
