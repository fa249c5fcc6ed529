"""Listens to a bus or a topic as a further consumer would: with a queue of its own."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from local.smoke import Access


def let_services_send(sqs: Any, url: str, arn: str) -> None:
    """As a consumer on AWS must: without a policy on the queue a topic or a bus delivers nothing to it."""
    services = {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}
    statement = {"Effect": "Allow", "Principal": services, "Action": "sqs:SendMessage", "Resource": arn}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})


class Listener:
    """Keeps what it has heard. The queue goes with the stack."""

    def __init__(self, access: Access) -> None:
        self._sqs = access.cloud.client("sqs")
        self.name = f"listener-{uuid.uuid4().hex[:8]}"
        self.url = self._sqs.create_queue(QueueName=self.name)["QueueUrl"]
        self.arn = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        let_services_send(self._sqs, self.url, self.arn)
        self._heard: list[str] = []

    @classmethod
    def of_bus(cls, access: Access, workload: str, bus: str) -> "Listener":
        """To all events of the workload on its bus."""
        listener, events = cls(access), access.cloud.client("events")
        rule = {"Name": listener.name, "EventBusName": access.inventory.workloads[workload].buses[bus].physical_name}
        events.put_rule(**rule, EventPattern=json.dumps({"source": [workload]}))
        events.put_targets(Rule=rule["Name"], EventBusName=rule["EventBusName"], Targets=[{"Id": "listener", "Arn": listener.arn}])
        return listener

    @classmethod
    def of_topic(cls, access: Access, workload: str, topic: str) -> "Listener":
        """To all messages of the topic, as notices that name their attributes."""
        listener = cls(access)
        arn = access.inventory.workloads[workload].topics[topic].arn
        access.cloud.client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=listener.arn)
        return listener

    def id_of(self, subject: str, read: Callable[[Any], str]) -> str | None:
        """`read` of the message that names `subject`, None until it is heard."""
        for message in self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", []):
            self._heard.append(message["Body"])
        return next((read(json.loads(body)) for body in self._heard if subject in body), None)
