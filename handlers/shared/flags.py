"""Feature flags, read through Powertools from AppConfig and kept in memory for a while.

A flag is on or off whatever happens: where AppConfig cannot be asked, it is what was last known, and before that its default in the manifest.
Importing this costs nothing; what it needs of Powertools and boto3 is imported by the first function that has flags in AppConfig.
"""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shared.clients import client
from shared.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.feature_flags import FeatureFlags

PROFILE = "flags"
"""Name of the configuration profile, as the platform makes it."""
CACHE_SECONDS = 30
"""How long a switched flag may take to be seen; and how long AppConfig is not asked again after it did not answer."""
TIMEOUT_SECONDS = 1
"""For one answer. Without another attempt: a request waits for it, and there is an answer without it."""


class Flags:
    """The flags of `defaults`, as they are in the AppConfig application; just the defaults where there is none, as in the phase pilot."""

    def __init__(self, defaults: Mapping[str, bool], application: str, environment: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._known, self._application, self._environment, self._clock = dict(defaults), application, environment, clock
        self._defaults = dict(defaults)
        self._features: FeatureFlags | None = None
        self._asked: float | None = None
        self._out_of_reach = False

    def is_on(self, name: str) -> bool:
        """Whether the flag is on. Raises KeyError for one that is not among the defaults: the function does not say that it reads it."""
        if self._application and (self._asked is None or self._clock() - self._asked >= CACHE_SECONDS):
            self._ask()
            self._asked = self._clock()
        return self._known[name]

    def _ask(self) -> None:
        """Never raises: the caller's request is not about flags."""
        try:
            features = self._features or self._store()
            document = features.get_configuration()  # validated: the form that Powertools knows
            self._known = {name: bool(document.get(name, {"default": default})["default"]) for name, default in self._defaults.items()}
        except Exception as error:
            # A session that was not used for a day is not taken again, and Powertools keeps it: the next try begins a new one.
            self._features = None
            if not self._out_of_reach:
                logger.warning("feature flags out of reach", application=self._application, reason=_reason(error), values=self._known)
            self._out_of_reach = True
            return
        self._features = features
        if self._out_of_reach:
            logger.info("feature flags within reach again", values=self._known)
        self._out_of_reach = False

    def _store(self) -> "FeatureFlags":
        from aws_lambda_powertools.utilities.feature_flags import AppConfigStore, FeatureFlags

        data: Any = client("appconfigdata", TIMEOUT_SECONDS, attempts=1)
        store = AppConfigStore(self._environment, self._application, PROFILE, max_age=0, boto3_client=data)
        return FeatureFlags(store)


def _reason(error: Exception) -> str:
    """What AWS said, below what Powertools makes of it."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return f"{type(cause).__name__}: {cause}".splitlines()[0]
