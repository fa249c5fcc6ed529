"""The environment of a function: parsed once, frozen, every problem told at once.

Names are set by the platform (`platform_contract.platform.environment`); field `table_orders` reads `TABLE_ORDERS`.
"""

import os
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

GROUPS_CLAIM = "cognito:groups"
"""Where a user pool lists the groups of a user; the claim of another issuer is in the settings."""


class FunctionConfig(BaseModel):
    """What every function has. A function's own model adds the tables, queues and buckets that it uses."""

    model_config = ConfigDict(frozen=True)

    environment: str = Field(min_length=1, description="Name of the stack's environment: local, dev, prod ...")
    workload: str = Field(min_length=1, description="Name of the workload that the function belongs to")


Config = TypeVar("Config", bound=FunctionConfig)


class ConfigurationError(RuntimeError):
    """The function was deployed without what it needs; nothing that a caller can do helps."""


def load_config(model: type[Config], variables: Mapping[str, str] | None = None) -> Config:
    """`model` filled from the environment.

    Raises ConfigurationError that names every missing or wrong variable, never their values.
    """
    source = os.environ if variables is None else variables
    values = {name: source[name.upper()] for name in model.model_fields if name.upper() in source}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise ConfigurationError(
            f"{model.__name__}: environment variables are wrong: {wrong}. "
            "Declare the resource under `uses` of this function in its workload's manifest."
        ) from None
