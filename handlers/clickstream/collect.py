"""`POST /clicks`: parse, one call into the stream, answer. Open to everybody: browsers have no token."""

from functools import cache
from typing import Any

from pydantic import Field

from clickstream.contracts import NewClicks, Taken
from clickstream.sending import ClickStream, NotAllTaken
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import Problem
from shared.http import answer, read_body, serve
from shared.observability import correlation_id, count, instrumented, logger
from shared.routes import Response, Routes

LARGEST_BODY = 256 * 1024
"""Characters. 100 clicks of the longest fields are about 140,000, as long as nothing in them is written as an escape."""

app = Routes()


class Config(FunctionConfig):
    """What the platform must set for this function."""

    stream_clicks: str = Field(min_length=1)


@cache
def parts() -> ClickStream:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    return ClickStream(client("kinesis"), load_config(Config).stream_clicks)


@app.post("/clicks")
def collect() -> Response:
    if len(app.current_event.body or "") > LARGEST_BODY:
        raise Problem(413, f"the body is longer than {LARGEST_BODY} characters", "body")
    request = read_body(app.current_event, NewClicks)
    try:
        accepted = parts().put(request.clicks, correlation_id())
    except NotAllTaken as refused:
        count("ClicksCollected", refused.accepted)
        count("ClicksRefused", len(request.clicks) - refused.accepted)
        logger.error("stream refuses clicks", accepted=refused.accepted, sent=len(request.clicks), codes=refused.codes)
        raise Problem(503, "try again with the same click ids", headers={"retry-after": "2"}) from None
    count("ClicksCollected", accepted)
    logger.info("clicks collected", clicks=accepted)
    return answer(202, Taken(accepted=accepted).model_dump())


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)


if in_lambda():
    parts()
