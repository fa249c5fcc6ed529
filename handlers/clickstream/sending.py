"""Clicks into the stream. No Lambda; the client of Kinesis is handed in."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from clickstream.contracts import Click, ClickRecord, Meta
from shared.refusals import kind_of_codes

ATTEMPTS = 4
"""Calls for one request: the first, and three for the records that a shard refused. A refusal ends within the second, because
the limits of a shard are per second (1 MiB, 1000 records)."""
FIRST_WAIT_SECONDS = 0.1


class NotAllTaken(Exception):
    """The stream would not take all records; `accepted` of them are in it."""

    def __init__(self, accepted: int, codes: Sequence[str]) -> None:
        super().__init__(f"{accepted} taken, the others refused: {', '.join(codes)}")
        self.accepted = accepted
        self.codes = list(codes)


class ClickStream:
    """Puts records with a Kinesis client."""

    def __init__(self, client: Any, stream: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._stream = stream
        self._sleep = sleep

    def put(self, clicks: Sequence[Click], correlation_id: str) -> int:
        """Puts all clicks; tells how many that were. Those of one session go to one shard.

        Raises NotAllTaken. PutRecords is no transaction: some are in the stream then, so a sender that repeats the request
        sends them twice, with the same `click_id`. Order among clicks of one request is not kept where some are refused.
        """
        meta = Meta(correlation_id=correlation_id)
        left = [
            {
                "Data": ClickRecord(meta=meta, data=click).model_dump_json(exclude_none=True).encode(),
                "PartitionKey": click.session_id,
            }
            for click in clicks
        ]
        codes: set[str] = set()
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, FIRST_WAIT_SECONDS * 2**attempt))
            results = self._client.put_records(StreamName=self._stream, Records=left)["Records"]
            codes = {result["ErrorCode"] for result in results if result.get("ErrorCode")}
            left = [record for record, result in zip(left, results, strict=True) if result.get("ErrorCode")]
            if not left:
                return len(clicks)
            if any(kind_of_codes([code]) != "passing" for code in codes):
                break
        raise NotAllTaken(len(clicks) - len(left), sorted(codes))
