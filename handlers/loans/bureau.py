"""The credit bureau: an external API that may be slow, broken, or refuse a credential that was rotated."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import ValidationError

from loans import logic
from loans.contracts import Application, BureauScore, ScoreResult
from shared.breaker import CircuitOpen
from shared.errors import PermanentFailure, first_fault
from shared.external import Answer, BadAnswer, ExternalApi, json_call, with_credential
from shared.observability import logger

if TYPE_CHECKING:
    from shared.secrets import ApiCredential, Secret


class Bureau:
    """Asks for scores."""

    def __init__(self, api: ExternalApi, secret: "Secret[ApiCredential]") -> None:
        self._api = api
        self._secret = secret

    def score(self, application: Application, seconds_left: Callable[[], float]) -> ScoreResult:
        """The applicant's score. The outcomes `no-history` and `unavailable` (circuit open) are results.

        Raises TransientFailure for what a later attempt may mend, PermanentFailure for what it cannot.
        """

        def ask(credential: "ApiCredential") -> ScoreResult:
            headers = {
                "authorization": f"Bearer {credential.api_key.get_secret_value()}",
                "idempotency-key": application.loan_id,  # one inquiry per loan, however often it is sent
            }
            body = json.dumps({"applicant_id": application.applicant_id, "amount": application.request.amount})
            return self._api.call(json_call("POST", "/scores", body, headers, repeatable=True), read, seconds_left)

        try:
            return with_credential(self._secret, ask)
        except CircuitOpen as error:
            logger.warning("bureau not asked", retry_after_seconds=round(error.retry_after_seconds, 1))
            return ScoreResult(outcome="unavailable", band="unknown")


def read(answer: Answer) -> ScoreResult:
    """What the bureau's answer means. Raises BadAnswer for a success that is none, PermanentFailure for a refusal."""
    if answer.status == 404:
        return ScoreResult(outcome="no-history", band="unknown")
    if answer.status != 200:
        raise PermanentFailure(f"bureau: answered {answer.status}")
    try:
        found = BureauScore.model_validate_json(answer.body)
    except ValidationError as error:
        raise BadAnswer(first_fault(error).text) from None
    return ScoreResult(outcome="scored", band=logic.band(found.score), score=found.score, reference=found.reference)
