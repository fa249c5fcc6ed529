"""How a workload is operated: what only people can answer, asked before it climbs to the next phase (gates.py)."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from platform_contract.platform.settings import AccountId, Environment
from platform_contract.platform.text_types import Name, Sentence, Strict, once


class AccessReviewSpec(Strict):
    """Somebody has looked which other AWS accounts can reach the workload's resources, or be reached by it."""

    accounts: Annotated[list[AccountId], AfterValidator(once)] = Field(description="The other accounts that may; [] where there are none.")
    reviewer: Sentence = Field(description="Who has looked: a person or a team that is not the author of the change.")
    reviewed_on: date = Field(description="Day of the review.")


class PromotionSpec(Strict):
    """How a release goes from one environment to the next."""

    environments: Annotated[list[Environment], AfterValidator(once)] = Field(min_length=2, description="Environments in their order, such as [dev, prod].")
    evidence: Sentence = Field(description="What has to be seen in one environment before a version goes to the next.")
    approver: Name = Field(description="Team that decides, one of `teams` in the stack's settings.")


class CostReviewSpec(Strict):
    """Who looks at what the workload costs, besides its budget's mails."""

    reviewer: Name = Field(description="Team that looks, one of `teams` in the stack's settings.")
    every_days: int = Field(ge=1, le=366, description="Days from one look to the next.")
    driver: Sentence = Field(description="What its cost grows with, and so what is looked at first.")


class OperationsSpec(Strict):
    """Answers to what the guides ask before a workload goes on. Which phase demands which: reference/phases.md."""

    after_rollback: Sentence | None = Field(
        default=None, description="What becomes of data that the newer version has written when the version before takes over again; from standardize on."
    )
    access_review: AccessReviewSpec | None = Field(default=None, description="Cross-account access, reviewed; from standardize on.")
    promotion: PromotionSpec | None = Field(default=None, description="How releases are promoted; from scale on.")
    cost_review: CostReviewSpec | None = Field(default=None, description="How cost is watched; from scale on.")
    escalation: Sentence | None = Field(default=None, description="Whom on-call turns to when the owner does not answer or cannot help; from scale on.")
