"""Plain parameters from Parameter Store, kept in memory for a while through Powertools' Parameters.

For what differs by environment and may change without a new version of the function. Apart from other modules, because importing it
costs boto3.
"""

import re
from typing import Any

from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from shared.errors import PermanentFailure, TransientFailure

CACHE_SECONDS = 300
"""How long a changed value may take to be used."""


class Parameter:
    """The parameter `name`, whose value has to match `pattern`."""

    def __init__(self, client: Any, name: str, pattern: str) -> None:
        self._provider = SSMProvider(boto3_client=client)
        self._name, self._pattern = name, re.compile(pattern)

    def value(self) -> str:
        """The value, from memory if it was read within CACHE_SECONDS.

        Raises TransientFailure if it cannot be read, PermanentFailure if it is none that the function can use.
        """
        try:
            value = self._provider.get(self._name, max_age=CACHE_SECONDS)
        except GetParameterError:
            raise TransientFailure(f"the parameter {self._name} cannot be read") from None
        if not isinstance(value, str) or not self._pattern.search(value):
            raise PermanentFailure(f"the parameter {self._name} does not have the form that is wanted: {self._pattern.pattern}")
        return value
