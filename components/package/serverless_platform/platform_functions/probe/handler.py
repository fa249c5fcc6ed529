"""Entry point, for the schedule. Environment: PROBE_HTTP_URL, PROBE_REST_URL, SECRET_PROBE, TOKEN_ISSUER, TOKEN_AUDIENCES (those that its calls need),
POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_SERVICE_NAME."""

import json
import logging
import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from .calls import Call, Outcome, call_of, metrics, problem_line, send
from .proofs import Proofs, Refused, Unset

logger = logging.getLogger("probe")

DATA = "probe.json"
"""Beside the package, in the bundle."""
REFUSALS = (401, 403)


@cache
def data() -> dict[str, Any]:
    """Read once per execution environment."""
    content: dict[str, Any] = json.loads((Path(os.environ.get("LAMBDA_TASK_ROOT", Path(__file__).parents[1])) / DATA).read_text())
    return content


@cache
def proofs() -> Proofs:
    """Made once per execution environment. What a client would have to do itself, to log in, is tried once; the platform's own secret is asked for again."""
    once, again = (Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": attempts}) for attempts in (1, 3))
    session: Any = boto3.Session()
    secret = os.environ.get("SECRET_PROBE", "")

    def value() -> str | None:
        secrets = session.client("secretsmanager", config=again)
        try:
            text: str | None = secrets.get_secret_value(SecretId=secret).get("SecretString")
        except secrets.exceptions.ResourceNotFoundException:  # it is there, and has no value yet
            return None
        return text

    return Proofs(
        secret=value, secret_name=secret, issuer=data()["issuer"], issuer_url=os.environ.get("TOKEN_ISSUER", ""),
        client_id=os.environ.get("TOKEN_AUDIENCES", "").partition(",")[0],
        log_in=lambda **given: session.client("cognito-idp", config=once).admin_initiate_auth(**given),
        signing=lambda: session.get_credentials().get_frozen_credentials(), region=os.environ["AWS_REGION"],
    )  # fmt: skip


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:  # Lambda passes both
    """{METHOD TARGET: "", or what was wrong}: every call once, one after the other. What nobody has given a proof for is told and not counted."""
    proofs().begin()
    told: dict[str, str] = {}
    for number, call in enumerate(map(call_of, data()["calls"]), 1):
        name, identity = f"{call.method} {call.target}", f"probe-{context.aws_request_id}-{number}"
        try:
            outcome = called(call, identity)
        except Unset as unset:
            logger.warning("%s: not called: %s", call.route, unset)
            told[name] = f"not called: {unset}"
            continue
        if outcome.problem:
            logger.error("%s", problem_line(outcome))
        line = metrics(outcome, os.environ["POWERTOOLS_METRICS_NAMESPACE"], os.environ["POWERTOOLS_SERVICE_NAME"], data()["names"][call.api], time.time())
        sys.stdout.write(f"{line}\n")  # not logged: metrics are read from a line that holds nothing else
        told[name] = outcome.problem
    return told


def called(call: Call, correlation_id: str) -> Outcome:
    """One call. Without a token, which every client needs, it has failed. Raises Unset."""
    url = os.environ[f"PROBE_{call.api.upper()}_URL"].rstrip("/") + call.target
    headers = {**call.headers, "user-agent": data()["user_agent"], "x-correlation-id": correlation_id}
    began = time.perf_counter()
    try:
        shown = proofs().headers(call, url, headers)
    except Refused as refused:
        return Outcome(call, str(refused), (time.perf_counter() - began) * 1000, correlation_id)
    status, problem, milliseconds = send(call, url, shown)
    if status in REFUSALS:
        proofs().forget()
    return Outcome(call, problem, milliseconds, correlation_id)
