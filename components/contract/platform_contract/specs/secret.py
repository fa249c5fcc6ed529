"""A secret, and a plain parameter: what functions have to know and no file may hold, or what differs by environment."""

from pydantic import Field

from ..words import Name, Sentence, Strict


class SecretSpec(Strict):
    """A secret in Secrets Manager, encrypted with the workload's key. Its value is set by whoever has it, never by the program."""

    holds: Sentence = Field(description="What it is for and where its value comes from: for whoever has to set it.")


class ParameterSpec(Strict):
    """A value in Systems Manager's Parameter Store that functions read while they run. Not for secrets."""

    value: str = Field(min_length=1, max_length=4096, description="The value in every environment that `values` does not name.")
    values: dict[Name, str] = Field(default={}, description="Environment -> value there.")

    def value_in(self, environment: str) -> str:
        return self.values.get(environment, self.value)
