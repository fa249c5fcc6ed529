"""A plain parameter."""

from pydantic import Field

from platform_contract.platform.text_types import Name, Strict


class ParameterSpec(Strict):
    """A value in Systems Manager's Parameter Store that functions read while they run. Not for secrets."""

    value: str = Field(min_length=1, max_length=4096, description="The value in every environment that `values` does not name.")
    values: dict[Name, str] = Field(default={}, description="Environment -> value there.")

    def value_in(self, environment: str) -> str:
        return self.values.get(environment, self.value)
