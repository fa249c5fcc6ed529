"""What an error means for another attempt: one table for all workers.

- permanent: a deterministic refusal. The same call is refused however often it is sent.
- passing: a conflict, a throttle, a fault of the service. The same call may succeed later.
- away: passing, and nobody answered in time. Whatever else needs the same service now waits for it in vain as well.
- denied: the function may not, or its table, bucket or queue is not there. The record is not at fault and time alone mends nothing: an
  operator has to. Attempts go on with growing waits, so that nothing is lost meanwhile.
- unknown: everything else, mostly a fault in the code. Treated as passing.

Source of the codes: the services' API references ("Common error types" and the errors of each action), S3's "Error responses", and the
reasons of cancelled transactions in DynamoDB's TransactWriteItems.
"""

import sys
from collections.abc import Iterable
from decimal import DecimalException
from typing import Any, Literal

from shared.errors import PermanentFailure, TransientFailure

Kind = Literal["permanent", "passing", "away", "denied", "unknown"]

PERMANENT = frozenset({
    # DynamoDB
    "validation", "validationerror", "serialization", "itemcollectionsizelimitexceeded", "idempotentparametermismatch", "duplicateitem",
    # S3
    "entitytoolarge", "entitytoosmall", "keytoolongerror", "metadatatoolarge", "invalidargument", "invalidrequest", "malformedxml",
    # SQS, SNS, EventBridge, Kinesis, Step Functions, sockets
    "invalidparameter", "invalidparametervalue", "invalidparametercombination", "missingparameter", "parametervalueinvalid",
    "invalidmessagecontents", "batchrequesttoolong", "invalidname", "invalidoutput", "invalidexecutioninput", "payloadtoolarge",
    "requestentitytoolarge", "requesttoolarge", "malformeddetail", "malformedquerystring",
})  # fmt: skip
PASSING = frozenset({
    "transactionconflict", "transactioninprogress", "replicatedwriteconflict", "conditionalrequestconflict", "operationaborted", "conflict",
    "concurrentmodification", "concurrentaccess", "resourceinuse", "throttlingerror", "throttling", "throttled", "requestthrottled",
    "toomanyrequests", "requestlimitexceeded", "limitexceeded", "provisionedthroughputexceeded", "bandwidthlimitexceeded", "slowdown",
    "executionlimitexceeded", "servicequotaexceeded", "overlimit", "kmsthrottling", "kmsthrottled", "ec2throttled", "priorrequestnotcomplete",
    "requesttimeout", "internalerror", "internalfailure", "internalservererror", "internalserviceerror", "internal", "kmsinternal",
    "serviceunavailable", "unavailable", "dependencytimeout", "keyunavailable", "requestexpired", "requesttimetooskewed",
})  # fmt: skip
DENIED = frozenset({
    "accessdenied", "allaccessdisabled", "authorizationerror", "forbidden", "notauthorized", "unauthorizedoperation", "optinrequired",
    "unrecognizedclient", "invalidclienttokenid", "invalidaccesskeyid", "signaturedoesnotmatch", "invalidsignature", "incompletesignature",
    "missingauthenticationtoken", "expiredtoken", "kmsaccessdenied", "kmsdisabled", "kmsinvalidstate", "kmsnotfound", "kmsoptinrequired",
    "kmsinvalidkeyusage", "disabled", "decryptionfailure", "encryptionfailure", "nosuchbucket", "resourcenotfound", "queuedoesnotexist",
    "nonexistentqueue", "notfound", "parameternotfound", "statemachinedoesnotexist",
})  # fmt: skip
"""Codes in small letters, without a namespace in front (`AWS.SimpleQueueService.`) and without `Exception` behind: services do not agree."""


def kind_of(error: BaseException) -> Kind:
    """What `error` means for another attempt. Never raises."""
    if isinstance(error, (PermanentFailure, DecimalException)):  # boto3 refuses numbers that DynamoDB would have to round
        return "permanent"
    if isinstance(error, TransientFailure):
        return "passing"
    if isinstance(error, (TimeoutError, ConnectionError)):
        return "away"
    botocore = sys.modules.get("botocore.exceptions")  # an error of botocore comes from a botocore that is loaded
    if botocore is None:
        return "unknown"
    if isinstance(error, botocore.ParamValidationError):
        return "permanent"
    if isinstance(error, (botocore.HTTPClientError, botocore.ConnectionError)):
        return "away"
    return _of_answer(error.response) if isinstance(error, botocore.ClientError) else "unknown"


def kind_of_codes(codes: Iterable[str]) -> Kind:
    """What several codes of one answer mean together: a permanent one outweighs all others, a denied one the passing ones."""
    found = {_plain(code) for code in codes}
    kinds: tuple[tuple[Kind, frozenset[str]], ...] = (("permanent", PERMANENT), ("denied", DENIED), ("passing", PASSING))
    return next((kind for kind, known in kinds if found & known), "unknown")


def _plain(code: str) -> str:
    """`KMS.ThrottlingException` is `kmsthrottling`."""
    code = code.replace("KMS.", "Kms")
    return code.rpartition(".")[2].removesuffix("Exception").lower()


def _of_answer(answer: dict[str, Any]) -> Kind:
    reasons = [str(reason.get("Code")) for reason in answer.get("CancellationReasons") or ()]
    kind = kind_of_codes((str(answer.get("Error", {}).get("Code", "")), *reasons))
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return "passing" if kind == "unknown" and (status >= 500 or status == 429) else kind
