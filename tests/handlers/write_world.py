"""What a write that depends on what is there is made in: tables and clients whose answers may be lost."""

from dataclasses import dataclass
from typing import Any

from handler_support import REGION, make_table, numbers


@dataclass
class World:
    """Tables, buckets and clients of one case. The clients go through the proxy."""

    cloud: Any
    losing: Any
    lost: bool

    def client(self, service: str) -> Any:
        from shared.clients import client

        return client(service)

    def table(self, key: str, sort_key: str | None = None) -> str:
        return make_table(self.cloud, key, sort_key=sort_key)

    def bucket(self) -> str:
        name = f"lost-{next(numbers)}"
        self.cloud.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def lose(self, operation: str, within: str = "") -> None:
        """From here on: the answer to the next such call is lost, in the run of the case that loses one."""
        if self.lost:
            self.losing.lose(operation, within)
