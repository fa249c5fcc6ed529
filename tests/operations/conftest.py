"""Operations against an embedded cloud with queues and logs, and no stack: the inventory is made up."""

import itertools
import json
import time

import pytest

from local import cloud as clouds
from platform_contract.inventory import Inventory
from tests.checkout import free_port

ACCOUNT, REGION = "000000000000", "eu-west-1"
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("operations-cloud")
    started, _ = clouds.start(ACCOUNT, REGION, free_port(), folder)
    yield started
    clouds.stop(folder)


class Queues:
    """A queue and its dead-letter queue, `work` of the workload `shop`, whose function is `worker`."""

    def __init__(self, cloud, fifo: bool) -> None:
        self.sqs, self.logs, self.fifo = cloud.client("sqs"), cloud.client("logs"), fifo
        name, end = f"queue-{next(numbers)}", ".fifo" if fifo else ""
        options = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {}
        self.name, self.dead_name = f"{name}{end}", f"{name}-dead{end}"
        self.dead_url = self.sqs.create_queue(QueueName=self.dead_name, Attributes=options)["QueueUrl"]
        self.url = self.sqs.create_queue(QueueName=self.name, Attributes=options)["QueueUrl"]
        self.log_group = f"/aws/lambda/{name}"
        self.logs.create_log_group(logGroupName=self.log_group)
        self.logs.create_log_stream(logGroupName=self.log_group, logStreamName="one")

    def dead(self, *bodies: str, group: str = "g", **options) -> list[str]:
        """Puts messages into the dead-letter queue; their ids."""
        extra = options | ({"MessageGroupId": group} if self.fifo else {})
        return [self.sqs.send_message(QueueUrl=self.dead_url, MessageBody=body, **extra)["MessageId"] for body in bodies]

    def tell(self, *lines) -> None:
        """Lines of the function's log."""
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line if isinstance(line, str) else json.dumps(line)} for line in lines]
        self.logs.put_log_events(logGroupName=self.log_group, logStreamName="one", logEvents=events)

    def received(self, url: str) -> list[dict]:
        """All messages of a queue that can be received now, in its order; they are gone afterwards."""
        found = []
        while got := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        ).get("Messages"):
            found += got
            for message in got:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    @property
    def inventory(self) -> Inventory:
        queue = {"physical_name": self.name, "url": self.url, "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}",
                 "dead_letter_name": self.dead_name, "dead_letter_url": self.dead_url}  # fmt: skip
        functions = {
            name: {"physical_name": name, "alias_arn": "-", "log_group": group, "timeout_seconds": 10, "failures_url": ""}
            for name, group in (("never-run", "/aws/lambda/never-run"), ("worker", self.log_group))
        }
        empty = {
            name: field.annotation.__origin__() for name, field in Inventory.model_fields["workloads"].annotation.__args__[1].model_fields.items()
            if hasattr(field.annotation, "__origin__") and field.annotation.__origin__ in (dict, tuple)
        }  # fmt: skip
        workload = {**empty, "owner": "team", "phase": "pilot", "data_class": "internal", "functions": functions, "queues": {"work": queue}}
        return Inventory.model_validate({
            "environment": "local", "account_id": ACCOUNT, "region": REGION, "identity": {"issuer": "-"}, "alarm_topic_arn": "-",
            "workloads": {"shop": workload},
        })  # fmt: skip


@pytest.fixture(params=[False, True], ids=["standard", "fifo"])
def queues(request, cloud):
    return Queues(cloud, request.param)


@pytest.fixture
def fifo(cloud):
    return Queues(cloud, True)


@pytest.fixture
def operate(cloud, monkeypatch, tmp_path, capsys):
    """Runs a verb as the command line does: exit code, lines of stdout, lines of stderr."""
    from operations.__main__ import main

    for name, value in {
        "AWS_ENDPOINT_URL": cloud.endpoint, "AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)

    def run(queues: Queues, *arguments: str) -> tuple[int, list[str], list[str]]:
        file = tmp_path / "inventory.json"
        file.write_text(queues.inventory.model_dump_json())
        code = main([*arguments, "--inventory", str(file)])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err.splitlines()

    return run
