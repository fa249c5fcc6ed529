"""Step Functions. Source of the limits: Step Functions guide, "Service quotas"; its pages on error handling."""

MAXIMUM_SECONDS = 31_536_000
"""A year: the longest standard execution."""

MAXIMUM_EXPRESS_SECONDS = 300
"""The longest express execution."""

MAXIMUM_DEFINITION_BYTES = 1_048_576

MAXIMUM_NAME_CHARACTERS = 80
"""Of a state."""

MAXIMUM_STATE_SECONDS = 99_999_999
"""Of a wait, a timeout, an interval; also of attempts. Source: guide, "Task workflow state", "Wait workflow state", "Retrying after an error"."""

MAXIMUM_DELAY_SECONDS = 31_622_399
"""Of MaxDelaySeconds. Source: guide, "Retrying after an error"."""

MAXIMUM_INLINE_CONCURRENCY = 40
"""Items that a Map works on at once if it is inline. Source: guide, "Using Map state in Inline mode"."""

LAMBDA_ERRORS = ("Lambda.ClientExecutionTimeoutException", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
                 "Lambda.TooManyRequestsException")  # fmt: skip
"""What Lambda's own service answers now and then, and a retry cures. Source: guide, "Handle transient Lambda service exceptions"."""

TRANSIENT = "TransientFailure"
"""Name of the exception by which a function asks to be tried again."""

EMULATED_ERROR = "Runtime.HandlerError"
"""What the embedded cloud calls every error of a Python function: there, failures that no retry cures are tried again, too."""

RETRY_INTERVAL_SECONDS, RETRY_ATTEMPTS, RETRY_BACKOFF, RETRY_LONGEST_SECONDS = 2, 3, 2.0, 20
"""Of a step that failed and may not next time: after about 2, 4 and 8 seconds, each with full jitter so that a crowd does not come back at
once. A choice of this platform."""

STEP_MARGIN_SECONDS = 5
"""A step may take this much longer than its function: what Lambda needs besides."""

KEY_REUSE_SECONDS = 300
"""How long Step Functions reuses a data key before it asks KMS again: 60 to 900."""

STATE_TYPES = ("Task", "Choice", "Parallel", "Map", "Wait", "Pass", "Succeed", "Fail")

KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
"""What the role of a workflow needs on the key that encrypts its data. Source: guide, "Data at rest encryption"; its table of callers says
what they need: to start an execution or to answer a token nothing, to read a result kms:Decrypt."""

KEY_CONTEXT = "kms:EncryptionContext:aws:states:stateMachineArn"
"""Condition key by which the role's use of the key is bound to its state machine. Not kms:ViaService: an execution calls KMS with its role
directly, and would fail. Source: the same page."""

LOG_KEY_ACTIONS, LOG_KEY_CONTEXT = ("kms:GenerateDataKey",), "kms:EncryptionContext:SourceArn"
"""What the role needs on the key, besides, to log; the context's value is `arn:PARTITION:logs:REGION:ACCOUNT:*`, star included. Source: the same page."""

ERRORS = (
    "States.ALL", "States.Timeout", "States.HeartbeatTimeout", "States.TaskFailed", "States.Permissions", "States.DataLimitExceeded", "States.Runtime",
    "States.ResultPathMatchFailure", "States.ParameterPathFailure", "States.BranchFailed", "States.NoChoiceMatched", "States.IntrinsicFailure",
    "States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed", "States.ResultWriterFailed",
)  # fmt: skip
"""Its own errors; every other name is one of a function. Source: guide, "Error names"."""
