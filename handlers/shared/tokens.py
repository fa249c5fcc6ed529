"""Tokens of a Cognito user pool: whose they are, if everything about them is right.

PyJWT checks signature and times. Its own client for keys is not used, because it fetches the set again for each token that names
a key unheard of, and tokens come from anybody.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal

import jwt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.config import FunctionConfig
from shared.errors import TransientFailure, first_fault

ALGORITHM = "RS256"
"""The one that Cognito signs with. A token does not choose."""
LONGEST_TOKEN = 8192
"""Characters: API Gateway takes 10,240 bytes of headers in all."""
CLOCK_LEEWAY_SECONDS = 5
FETCH_TIMEOUT_SECONDS = 2.0
LARGEST_SET_BYTES = 65536
FRESH_SECONDS = 3600.0
"""Keys are fetched anew after an hour, so that one that the pool withdraws is not trusted for longer."""
PAUSE_SECONDS = 30.0
"""Between two fetches for keys unheard of, and after one that failed while the old keys are still good."""
STALE_SECONDS = 24 * 3600.0
"""While the pool cannot be reached, known keys stay good so long."""


class Refused(Exception):
    """The token is not to be trusted. The text is the reason; it holds nothing of the token."""


class Claims(BaseModel):
    """What a verified token says, as far as it is needed. Access tokens name the user otherwise than id tokens."""

    model_config = ConfigDict(frozen=True)

    sub: str = Field(min_length=1)
    token_use: Literal["access", "id"]
    client_id: str | None = None
    aud: str | None = None
    username: str | None = None
    cognito_username: str | None = Field(default=None, alias="cognito:username")
    groups: frozenset[str] = Field(default=frozenset(), alias="cognito:groups")

    @property
    def audience(self) -> str | None:
        return self.client_id if self.token_use == "access" else self.aud

    @property
    def user(self) -> str:
        return (self.username if self.token_use == "access" else self.cognito_username) or self.sub


def fetch(url: str) -> Any:
    """The key set. Raises OSError or ValueError."""
    with urllib.request.urlopen(url, timeout=FETCH_TIMEOUT_SECONDS) as reply:
        content = reply.read(LARGEST_SET_BYTES + 1)
    if len(content) > LARGEST_SET_BYTES:
        raise ValueError("too large")
    return json.loads(content)


class Keys:
    """The pool's public keys, as long as the execution environment lives."""

    def __init__(self, url: str, fetch: Callable[[str], Any] = fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._tried: float | None = None

    def key(self, kid: str) -> jwt.PyJWK:
        """Raises Refused for a key that the pool does not have, TransientFailure where that cannot be told."""
        if self._age(self._fetched) > FRESH_SECONDS or kid not in self._keys:
            self._renew()
        if kid not in self._keys:
            raise Refused("signed with a key that the pool does not have")
        return self._keys[kid]

    def _renew(self) -> None:
        good = self._age(self._fetched) <= STALE_SECONDS
        if good and self._age(self._tried) <= PAUSE_SECONDS:
            return
        self._tried = self._clock()
        try:
            found = jwt.PyJWKSet.from_dict(self._fetch(self._url)).keys
        except (OSError, ValueError, TypeError, AttributeError, jwt.PyJWTError) as error:
            if good:
                return
            raise TransientFailure(f"the keys of the token's issuer cannot be had: {type(error).__name__}") from None
        self._keys = {key.key_id: key for key in found if key.key_id}
        self._fetched = self._tried

    def _age(self, since: float | None) -> float:
        return float("inf") if since is None else self._clock() - since


def verify(token: str, keys: Keys, issuer: str, audiences: Collection[str]) -> Claims:
    """The claims of an access or id token of this issuer for one of these clients.

    Raises Refused with the reason, TransientFailure where the issuer's keys cannot be had.
    """
    if len(token) > LONGEST_TOKEN:
        raise Refused("too long")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM:
            raise Refused(f"not signed with {ALGORITHM}")
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise Refused("names no key")
        content = jwt.decode(
            token,
            keys.key(kid),
            algorithms=[ALGORITHM],
            issuer=issuer,
            leeway=CLOCK_LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "sub"], "verify_aud": False},  # which claim it is depends on the token
        )
    except jwt.PyJWTError as error:
        raise Refused(type(error).__name__) from None
    try:
        claims = Claims.model_validate(content)
    except ValidationError as error:
        raise Refused(f"claim {first_fault(error).field} is missing or wrong") from None
    if claims.audience not in audiences:
        raise Refused("made for another client")
    return claims


def split(text: Any) -> Any:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


class GateConfig(FunctionConfig):
    """What the platform must set for a function that decides who may call."""

    token_issuer: str = Field(pattern=r"^https://", description="Claim `iss` of the pool's tokens")
    token_audiences: Annotated[tuple[str, ...], BeforeValidator(split), Field(min_length=1)] = Field(
        description="Ids of the clients whose tokens are good, separated by commas"
    )
    jwks_url: str = Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])", description="Where the pool's keys are")
