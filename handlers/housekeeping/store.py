"""Drafts in DynamoDB and reports in S3.

The table has partition key `owner` and sort key `draft_id`. Beside every draft there is an entry that finds it by the day
on which it expires: `owner` = `expires#2026-01-31`, `draft_id` = `SECONDS#OWNER#DRAFT`. Both are written in one transaction,
so a sweep needs neither a scan, which reads and bills the whole table, nor a secondary index, which is behind for a moment.
One day's entries share a partition, which takes 1,000 writes a second.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from housekeeping.contracts import Draft
from shared.errors import TransientFailure
from shared.lease import LeaseLost
from shared.observability import logger
from shared.writes import transact_write_items

ATTEMPTS = 4
"""Of one page whose drafts are put off while it is removed."""


@dataclass(frozen=True)
class DueEntry:
    """One entry: which draft expires when."""

    day: str
    sort_key: str
    owner: str
    draft_id: str

    @property
    def names_a_draft(self) -> bool:
        """Whether it was written by `keep`. One that was not goes by itself, or every later run would meet it first again."""
        return bool(self.owner and self.draft_id)

    @property
    def draft(self) -> tuple[str, str]:
        return self.owner, self.draft_id


class DraftStore:
    """Reads and writes the drafts table with a low-level DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, draft: Draft) -> None:
        """Writes a draft and its entry; also to put off the time of one that is there. Called by who makes drafts."""
        day = datetime.fromtimestamp(draft.expires_at, UTC).strftime("%Y-%m-%d")
        item = {
            "owner": {"S": draft.owner},
            "draft_id": {"S": draft.draft_id},
            "expires_at": {"N": str(draft.expires_at)},
            "title": {"S": draft.title},
        }
        entry = {
            "owner": {"S": f"expires#{day}"},
            "draft_id": {"S": f"{draft.expires_at:012d}#{draft.owner}#{draft.draft_id}"},
        }
        puts = [{"Put": {"TableName": self._table, "Item": each}} for each in (item, entry)]
        transact_write_items(self._client, puts)

    def due(self, day: str, cutoff: int, limit: int) -> list[DueEntry]:
        """At most `limit` entries of `day` that expire at `cutoff` or before, the oldest first."""
        reply = self._client.query(
            TableName=self._table,
            KeyConditionExpression="#owner = :day AND draft_id < :after",
            ExpressionAttributeNames={"#owner": "owner"},  # a reserved word
            ExpressionAttributeValues={":day": {"S": f"expires#{day}"}, ":after": {"S": f"{cutoff + 1:012d}"}},
            Limit=limit,
            ConsistentRead=True,  # or the page that was just removed might come again
        )
        found = []
        for item in reply["Items"]:
            sort_key = item["draft_id"]["S"]
            _, owner, draft_id = [*sort_key.split("#", 2), "", ""][:3]
            entry = DueEntry(day, sort_key, owner, draft_id)
            if not entry.names_a_draft:
                logger.warning("entry names no draft", day=day, entry=sort_key)
            found.append(entry)
        return found

    def remove(self, entries: list[DueEntry], cutoff: int, fence: dict[str, Any]) -> list[DueEntry]:
        """Removes entries and drafts together, while `fence` holds; returns the entries whose drafts stay: those whose time was
        put off meanwhile, where only the entry goes because `keep` has written another one, and those that name no draft.

        A draft whose time was put off and is over now has two entries; DynamoDB refuses a transaction that names an item twice.
        Raises LeaseLost. Other AWS errors pass through; then nothing of this page was removed.
        """
        drafts = list(dict.fromkeys(entry.draft for entry in entries if entry.names_a_draft))
        staying: list[tuple[str, str]] = []
        for _ in range(ATTEMPTS):
            going = [draft for draft in drafts if draft not in staying]
            actions = [fence, *(self._delete_draft(*draft, cutoff) for draft in going)]
            actions += [self._delete(f"expires#{entry.day}", entry.sort_key) for entry in entries]
            codes = transact_write_items(self._client, actions)
            if not codes:
                return [entry for entry in entries if not entry.names_a_draft or entry.draft in staying]
            if codes[0] == "ConditionalCheckFailed":
                raise LeaseLost("another run has taken the lease; this page was not removed")
            staying += [draft for draft, code in zip(going, codes[1 : 1 + len(going)], strict=True) if code == "ConditionalCheckFailed"]
        raise TransientFailure("the drafts of this page are put off faster than it is removed", "conflict")

    def _delete(self, owner: str, draft_id: str) -> dict[str, Any]:
        return {"Delete": {"TableName": self._table, "Key": {"owner": {"S": owner}, "draft_id": {"S": draft_id}}}}

    def _delete_draft(self, owner: str, draft_id: str, cutoff: int) -> dict[str, Any]:
        action = self._delete(owner, draft_id)
        action["Delete"] |= {
            "ConditionExpression": "attribute_not_exists(draft_id) OR expires_at <= :cutoff",
            "ExpressionAttributeValues": {":cutoff": {"N": str(cutoff)}},
        }
        return action


class ReportStore:
    """Writes reports with an S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def add(self, key: str, content: str) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content.encode(), ContentType="application/json")
