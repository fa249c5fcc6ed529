"""A feature flag: a path of the code that can be switched while functions run."""

from pydantic import Field

from platform_contract.platform.text_types import Sentence, Strict


class FlagSpec(Strict):
    """On or off. The value here is the first one; from then on `operations flags` owns it."""

    description: Sentence = Field(description="What is on while the flag is on, and what callers get while it is off.")
    default: bool = Field(description="Its value until somebody sets another one, and wherever it cannot be read.")
