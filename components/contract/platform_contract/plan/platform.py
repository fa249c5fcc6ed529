"""What a stack shares with the workloads in it, and with projects of product teams."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from platform_contract.platform.settings import Settings


class Platform(BaseModel):
    """Settings, and the ids of what `Foundation` made; ids are None before the first update."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: Settings
    guardrails: str | None = None
    """Digest of the policy pack that judges the platform's stack; `serverless_platform.program.require_policy_pack` asks for it in other projects."""
    alarm_topic_arn: str | None = None
    layer_arn: str | None = None
    token_issuer: str | None = None
    token_audiences: tuple[str, ...] | None = None
    user_pool_arn: str | None = None

    def to_text(self) -> str:
        return json.dumps(self.model_dump(mode="json"), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Platform":
        """What a platform stack exported. Raises ValueError with what to do if it is something else."""
        remedy = "give it what `pulumi stack output platform` prints of a platform stack of this version"
        try:
            content: Any = json.loads(text)
        except ValueError:
            raise ValueError(f"platform: is not JSON; {remedy}") from None
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise ValueError(f"platform: {'.'.join(map(str, first['loc']))}: {first['msg']}; {remedy}") from None
