"""A dead-letter queue: its messages, put back one by one, or looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MESSAGES_PER_CALL = 10
"""SQS: messages of one receive, entries of one batch."""
HIDDEN_SECONDS = 120
"""How long a message is ours. What is neither moved nor released, because this was killed, is in the queue again afterwards."""
WAIT_SECONDS = 1
"""Long poll: asks all of SQS's servers, so that an empty answer means an empty queue, as good as SQS can tell."""


@dataclass(frozen=True)
class Letter:
    """One message of a dead-letter queue."""

    raw: dict[str, Any]

    @property
    def message_id(self) -> str:
        """The id by which the function's log tells why it is here: moving into the dead-letter queue keeps it."""
        return str(self.raw["MessageId"])

    @property
    def group(self) -> str:
        """Of a FIFO queue, or the tenant of a fair one; empty if it has none."""
        return str(self.raw["Attributes"].get("MessageGroupId", ""))

    @property
    def sent_at(self) -> datetime:
        """When it came into the queue (UTC); on AWS, in a FIFO queue, when it came into the dead-letter queue."""
        return datetime.fromtimestamp(int(self.raw["Attributes"]["SentTimestamp"]) / 1000, UTC)

    def again(self, fifo: bool) -> dict[str, Any]:
        """Arguments that send it once more: same body, attributes, trace and group.

        A FIFO queue would swallow it under the deduplication id of its first life, for five minutes from then. The new id
        comes from the message's own, so that it is not there twice if this is killed between sending and deleting.
        """
        attributes = self.raw["Attributes"]
        sent: dict[str, Any] = {"MessageBody": self.raw["Body"]}
        if self.raw.get("MessageAttributes"):
            known = ("DataType", "StringValue", "BinaryValue")
            sent["MessageAttributes"] = {
                name: {key: value[key] for key in known if key in value} for name, value in self.raw["MessageAttributes"].items()
            }
        if "AWSTraceHeader" in attributes:
            header = {"DataType": "String", "StringValue": attributes["AWSTraceHeader"]}
            sent["MessageSystemAttributes"] = {"AWSTraceHeader": header}
        if self.group:
            sent["MessageGroupId"] = self.group
        if fifo:
            sent["MessageDeduplicationId"] = f"redrive-{self.message_id}"
        return sent


class DeadLetters:
    """The dead-letter queue at `url`, with an SQS client. AWS errors pass through."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self.url = url
        self._held: dict[str, str] = {}
        """Message id -> receipt handle of what is in our hands."""

    def count(self) -> int:
        """Messages in it, those in somebody's hands included; approximate, as SQS says."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        attributes = self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=list(names))["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def arn(self) -> str:
        return str(self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])

    @contextmanager
    def taken(self, limit: int) -> Iterator[Iterator[Letter]]:
        """Takes up to `limit` messages, one after the other; those that are not deleted are visible again at the end.

        Of one group of a FIFO queue there come as many as one receive holds, until those are deleted.
        """
        def letters() -> Iterator[Letter]:
            left = limit
            while left > 0:
                reply = self._client.receive_message(
                    QueueUrl=self.url, MaxNumberOfMessages=min(MESSAGES_PER_CALL, left), VisibilityTimeout=HIDDEN_SECONDS,
                    WaitTimeSeconds=WAIT_SECONDS, AttributeNames=["All"], MessageAttributeNames=["All"],
                )  # fmt: skip
                received = [Letter(message) for message in reply.get("Messages", [])]
                new = [letter for letter in received if letter.message_id not in self._held]
                self._held.update({letter.message_id: letter.raw["ReceiptHandle"] for letter in received})
                if not new:
                    return
                left -= len(new)
                yield from new

        try:
            yield letters()
        finally:
            self._release()

    def delete(self, letter: Letter) -> None:
        self._client.delete_message(QueueUrl=self.url, ReceiptHandle=letter.raw["ReceiptHandle"])
        self._held.pop(letter.message_id)

    def _release(self) -> None:
        handles = list(self._held.values())
        self._held.clear()
        for start in range(0, len(handles), MESSAGES_PER_CALL):
            entries = [
                {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for number, handle in enumerate(handles[start : start + MESSAGES_PER_CALL])
            ]
            self._client.change_message_visibility_batch(QueueUrl=self.url, Entries=entries)
