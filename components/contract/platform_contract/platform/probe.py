"""The probe: what it is called, how often it calls, how long it waits."""

COMPONENT = "probe"
"""What the function, its secret and its client of a REST API are called after; nothing of a manifest may be called so."""
RUN = "run"
"""Its schedule."""

DEFAULT_MINUTES, LONGEST_MINUTES = 5, 60
"""From one run to the next: an outage is told after three. Longest: what a period of an alarm of an hour still sees."""
ALARM_RUNS = 3
"""Runs on end that fail, or that nobody makes, before somebody is told: one lost packet calls nobody."""

PATIENCE_SECONDS = 2
"""That a call may take beyond what API Gateway waits for the function: for the network, and for starts of an authorizer."""
START_SECONDS = 30
"""Of a run, besides its calls: to start, to read its secret and to get a token (platform_functions/probe/handler.py)."""
MEMORY_MB = 256
RUN_SECONDS, CALL_SECONDS = 1.0, 0.3
"""That a run takes as a rule, and each of its calls besides: for what it costs. Assumed."""

QUOTA_FACTOR = 2
"""Of its client of a REST API: calls a month that it may make, as a multiple of those that it does make; runs by hand come on top."""
LEAST_RATE_PER_SECOND = 5
"""Of the same client. Its calls come one after the other."""

USER_AGENT = "serverless-platform-probe/1"
"""Begins the header by which access logs tell its calls from those of callers."""

SIGNED_ACTION = "execute-api:Invoke"
TOKEN_ACTION = "cognito-idp:AdminInitiateAuth"
"""What its role may: call the routes that want a signature, and log its own user in, in the managed user pool. Source: API Gateway guide, "Control
access for invoking an API"; Service Authorization Reference, Amazon Cognito User Pools."""
