"""However a stream's batches are cut, tried again and broken off: each record is in the lake once."""

import gzip
import json
import random
import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from clickstream import logic
from clickstream.logic import Arrived, Batch

START = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


def arrived(number: int, chance: random.Random) -> Arrived:
    """One of a shard's records: mostly of this hour or the last, now and then late or no click at all."""
    came = START + timedelta(minutes=number)
    if chance.random() < 0.1:
        return Arrived("shard-1", str(number), came, str(number).encode())
    ago = timedelta(hours=30) if chance.random() < 0.1 else timedelta(minutes=chance.randint(0, 90))
    data = {"click_id": str(number), "session_id": "s", "page": "/", "occurred_at": (came - ago).isoformat()}
    return Arrived("shard-1", str(number), came, json.dumps({"meta": {"correlation_id": "c"}, "data": data}).encode())


def files_of(records: list[Arrived]) -> list[tuple[str, bytes]]:
    batch = Batch()
    for record in records:
        batch.add(record)
    return list(batch.end())


def numbers_in(lake: dict[str, bytes]) -> Counter[str]:
    lines = [json.loads(line) for content in lake.values() for line in gzip.decompress(content).splitlines()]
    return Counter(line.get("click_id") or line["sequence_number"] for line in lines)


@pytest.mark.parametrize("seed", range(60))
def test_each_record_is_in_the_lake_once(seed):
    chance = random.Random(seed)
    shard = [arrived(number, chance) for number in range(120)]
    lake: dict[str, bytes] = {}
    done = 0
    while done < len(shard):
        end = min(len(shard), done + chance.randint(1, 40))
        files = files_of(shard[done:end])
        if chance.random() < 0.5:  # ended after any number of files, in any order: all of it comes again, cut elsewhere
            lake |= dict(chance.sample(files, chance.randint(0, len(files))))
            continue
        lake |= dict(files)
        done = end
    assert numbers_in(lake) == Counter(str(number) for number in range(120))


def test_the_test_above_would_notice_names_that_change_with_the_batch(monkeypatch):
    """A file named for its last record is what one would write first, and it keeps what an earlier attempt left."""
    found = []
    real_files = files_of

    def named_for_the_last(records: list[Arrived]) -> list[tuple[str, bytes]]:
        return [(f"{key}-{records[-1].sequence_number}", content) for key, content in real_files(records)]

    monkeypatch.setitem(globals(), "files_of", named_for_the_last)
    for seed in range(10):
        try:
            test_each_record_is_in_the_lake_once(seed)
        except AssertionError:
            found.append(seed)
    assert len(found) > 5


def test_late_is_reckoned_from_arrival_and_not_from_the_attempt():
    record = arrived(0, random.Random(1))
    assert logic.place(record) == logic.place(record)
    old = Arrived("shard-1", "1", datetime(2019, 1, 1, 12, 0, tzinfo=UTC), record.data)
    assert logic.place(old).reason == "in the future"


def test_shards_do_not_share_files():
    chance = random.Random(3)
    records = [arrived(number, chance) for number in range(4)]
    other = [Arrived("shard-2", record.sequence_number, record.arrived_at, record.data) for record in records]
    assert len({key for key, _ in files_of(records + other)}) == 2 * len({key for key, _ in files_of(records)})


@pytest.mark.thorough
def test_a_full_invocation_fits_into_little_memory():
    """6 MB of clicks spread over as many hours as there can be, none of which compresses well."""
    chance = random.Random(4)
    came = START

    def record(number: int) -> Arrived:
        page = "/" + chance.randbytes(200).hex()
        data = {"click_id": str(number), "session_id": "s", "page": page, "occurred_at": (came - timedelta(hours=number % 24)).isoformat()}
        return Arrived("shard-1", str(number), came, json.dumps({"meta": {"correlation_id": "c"}, "data": data}).encode())

    batch, size, number = Batch(), 0, 0
    tracemalloc.start()
    while size < 6_000_000:
        one = record(number)
        batch.add(one)
        size, number = size + len(one.data or b""), number + 1
    files = list(batch.end())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(files) == 24
    assert peak < 12_000_000
