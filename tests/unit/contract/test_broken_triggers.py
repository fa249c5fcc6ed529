"""Every way to get a queue, event, schedule, upload, change or stream wrong is told with its field, rule and fix, word by word."""

import pytest

from .samples import TODAY, drop, everything, problems_with, put

QUEUE = "functions.ship.triggers.0.queue"
EVENT = "functions.deliver.triggers.0.event"
SCHEDULE = "functions.sweep.triggers.0.schedule"
UPLOAD = "functions.process.triggers.0.upload"
CHANGES = "functions.index.triggers.0.changes"
CLICKS = "functions.transform.triggers.0.stream"

BROKEN = [
    ("FIFO queue with a batching window", [put(f"{QUEUE}.batching_window_seconds", 5)],
     "functions.ship.triggers[0].queue.batching_window_seconds=5: is not for FIFO queues, Lambda's rule; remove it"),
    ("FIFO queue with a big batch", [put(f"{QUEUE}.batch_size", 50)],
     "functions.ship.triggers[0].queue.batch_size=50: must be at most 10 for a FIFO queue, Lambda's rule; lower it"),
    ("FIFO queue behind a topic", [put("queues.parcels.from_topic", "arrived")],
     "queues.parcels.from_topic=arrived: has no order, so it cannot feed a FIFO queue, which SNS refuses; remove `fifo`, or send to the "
     "queue directly"),
    ("unknown topic", [put("queues.texts.from_topic", "arived")],
     "queues.texts.from_topic=arived: is no topic of this workload; there is arrived; did you mean 'arrived'?"),
    ("concurrency of one", [put(f"{QUEUE}.maximum_concurrency", 1)],
     "functions.ship.triggers[0].queue.maximum_concurrency=1: must be at least 2: most invocations at the same time from this queue; the "
     "rest waits in the queue; raise it"),
    ("window beyond its bound", [put("functions.text.triggers.0.queue.batching_window_seconds", 301)],
     "functions.text.triggers[0].queue.batching_window_seconds=301: must be at most 300 s: seconds for which a batch is collected; lower "
     "it"),
    ("address twice", [put("topics.arrived.emails", ["a@example.com", "a@example.com"])],
     "topics.arrived.emails=a@example.com, a@example.com: names a@example.com twice; remove one of the two"),
    ("no address", [put("topics.arrived.emails", ["shop"])],
     "topics.arrived.emails[0]=shop: must be an e-mail address; write it like name@example.com"),
    ("unknown bus", [put(f"{EVENT}.bus", "notice")],
     "functions.deliver.triggers[0].event.bus=notice: is no bus of this workload; there is notices; did you mean 'notices'?"),
    ("event that the bus does not know", [put(f"{EVENT}.pattern.detail_type", ["OrderPayed"])],
     "functions.deliver.triggers[0].event.pattern.detail_type=OrderPayed: is no event of the bus 'notices'; there is OrderPaid; did you "
     "mean 'OrderPaid'?"),
    ("event of AWS", [put(f"{EVENT}.pattern.source", ["aws.s3"])],
     "functions.deliver.triggers[0].event.pattern.source=aws.s3: holds aws.s3, and events of AWS come on the account's own bus only, "
     "which is not built yet; name a workload that publishes on this bus"),
    ("pattern in EventBridge's spelling", [put(f"{EVENT}.pattern", {"source": ["orders"], "detail-type": ["OrderPaid"]})],
     "functions.deliver.triggers[0].event.pattern.detail-type: is not known here; did you mean 'detail_type'?"),
    ("no source", [put(f"{EVENT}.pattern.source", [])],
     "functions.deliver.triggers[0].event.pattern.source=[]: must not be empty: who published it; fill it in"),
    ("condition that is no list", [put(f"{EVENT}.pattern.detail", {"data": {"priority": "high"}})],
     'functions.deliver.triggers[0].event.pattern.detail.data.priority=high: is refused by EventBridge: "priority" must be an object or an '
     "array; write a list, also of one: [high]"),
    ("operator with a wrong value", [put(f"{EVENT}.pattern.detail", {"data": {"amount": [{"numeric": "> 5"}]}})],
     "functions.deliver.triggers[0].event.pattern.detail.data.amount[0].numeric=> 5: is refused by EventBridge: Value of numeric must be an "
     'array; write one comparison, such as [">=", 10], or a lower and then an upper bound: [">", 0, "<=", 5]'),
    ("pattern that is too long", [put(f"{EVENT}.pattern.detail", {"data": {"id": ["x" * 5000]}})],
     "functions.deliver.triggers[0].event.pattern: has 5086 characters as EventBridge gets it, which takes 4096; make it shorter"),
    ("template with an unknown word", [put(f"{EVENT}.input.template", '{"event": <event>, "data": <data>, "other": <other>}')],
     'functions.deliver.triggers[0].event.input.template={"event": <event>, "data": <data>, "other": <other>}: uses <other>, which is not '
     "among the paths; add it to `paths`"),
    ("template that leaves a word out", [put(f"{EVENT}.input.template", '{"event": <event>}')],
     'functions.deliver.triggers[0].event.input.template={"event": <event>}: does not use <data>; use it in the template, or remove it '
     "from `paths`"),
    ("template that is no JSON", [put(f"{EVENT}.input.template", '{"event": <event>, "data": <data>')],
     'functions.deliver.triggers[0].event.input.template={"event": <event>, "data": <data>: is not JSON once words are filled in; write '
     'it like {"order": <order>}'),
    ("template with quotes around a word", [put(f"{EVENT}.input.template", '{"event": "<event>", "data": <data>}')],
     'functions.deliver.triggers[0].event.input.template={"event": "<event>", "data": <data>}: has quotes around <event>, and EventBridge '
     "sets them itself where the value is text; write <event> without them"),
    ("path that is none", [put(f"{EVENT}.input.paths.data", "detail.data")],
     "functions.deliver.triggers[0].event.input.paths.data: is no path that EventBridge reads; write it like $.detail.data.name"),
    ("word that belongs to AWS", [put(f"{EVENT}.input", {"paths": {"AWS-id": "$.id"}, "template": '{"id": <AWS-id>}'})],
     "functions.deliver.triggers[0].event.input.paths.AWS-id: must be letters, digits, `_` and `-`, and not begin with AWS; choose "
     "another word"),
    ("no paths", [put(f"{EVENT}.input.paths", {})],
     "functions.deliver.triggers[0].event.input.paths={}: must not be empty: word -> JSON path in the event, such as $.detail.data; fill "
     "it in"),
    ("delivery that is tried too shortly", [put(f"{EVENT}.maximum_age_seconds", 30)],
     "functions.deliver.triggers[0].event.maximum_age_seconds=30: must be at least 60 s: how long delivery is tried; raise it"),
    ("delivery that is tried too often", [put(f"{EVENT}.maximum_retries", 186)],
     "functions.deliver.triggers[0].event.maximum_retries=186: must be at most 185: how often delivery is tried again; lower it"),
    ("no archive", [put("buses.notices.archive_days", 0)],
     "buses.notices.archive_days=0: must be at least 1 day: days for which events can be replayed; raise it"),
    ("event that is no model", [put("buses.notices.events", ["order-paid"])],
     "buses.notices.events[0]=order-paid: must be the name of a model: letters and digits, beginning with a capital; write it like "
     "OrderPaid"),
    ("event twice", [put("buses.notices.events", ["OrderPaid", "OrderPaid"])],
     "buses.notices.events=OrderPaid, OrderPaid: names OrderPaid twice; remove one of the two"),
    ("no expression", [put(f"{SCHEDULE}.expression", "every day")],
     "functions.sweep.triggers[0].schedule.expression=every day: must be rate(...), cron(...) with six fields, or at(...); write it like "
     "rate(1 hour), cron(30 3 * * ? *) or at(2030-01-31T08:00:00)"),
    ("wrong number", [put(f"{SCHEDULE}.expression", "rate(1 hours)")],
     "functions.sweep.triggers[0].schedule.expression=rate(1 hours): has the wrong number: one minute, two minutes; write it like rate(1 "
     "hour) or rate(2 hours)"),
    ("day and weekday", [put(f"{SCHEDULE}.expression", "cron(30 3 1 * MON *)")],
     "functions.sweep.triggers[0].schedule.expression=cron(30 3 1 * MON *): gives both the day 1 and the weekday MON, and one of them "
     "must be `?`; put `?` where the day does not matter"),
    ("neither day nor weekday", [put(f"{SCHEDULE}.expression", "cron(30 3 ? * ? *)")],
     "functions.sweep.triggers[0].schedule.expression=cron(30 3 ? * ? *): leaves both the day and the weekday open; write `*` for one of "
     "them"),
    ("five fields", [put(f"{SCHEDULE}.expression", "cron(30 3 * * ?)")],
     "functions.sweep.triggers[0].schedule.expression=cron(30 3 * * ?): must be rate(...), cron(...) with six fields, or at(...); write "
     "it like rate(1 hour), cron(30 3 * * ? *) or at(2030-01-31T08:00:00)"),
    ("hour that no clock has", [put(f"{SCHEDULE}.expression", "cron(0 24 * * ? *)")],
     "functions.sweep.triggers[0].schedule.expression=cron(0 24 * * ? *): has 24 for the hour, which is 0 to 23; correct the hour"),
    ("weekday of other crons", [put(f"{SCHEDULE}.expression", "cron(0 3 ? * 0 *)")],
     "functions.sweep.triggers[0].schedule.expression=cron(0 3 ? * 0 *): has 0 for the weekday, which is 1 to 7 or SUN to SAT; correct "
     "the weekday"),
    ("month that is none", [put(f"{SCHEDULE}.expression", "cron(0 3 1 JANUARY ? *)")],
     "functions.sweep.triggers[0].schedule.expression=cron(0 3 1 JANUARY ? *): has JANUARY for the month, which is 1 to 12 or JAN to DEC; "
     "correct the month"),
    ("step of nothing", [put(f"{SCHEDULE}.expression", "cron(0/0 * * * ? *)")],
     "functions.sweep.triggers[0].schedule.expression=cron(0/0 * * * ? *): has 0/0 for the minute, which is 0 to 59, with steps of 1 or "
     "more; correct the minute"),
    ("day that no calendar has", [put(f"{SCHEDULE}.expression", "at(2027-02-30T08:00:00)")],
     "functions.sweep.triggers[0].schedule.expression=at(2027-02-30T08:00:00): names a time that no calendar has; write it like "
     "at(2030-01-31T08:00:00)"),
    ("unknown time zone", [put(f"{SCHEDULE}.timezone", "Europe/Berln")],
     "functions.sweep.triggers[0].schedule.timezone=Europe/Berln: is no time zone; did you mean 'Europe/Berlin'?"),
    ("window beyond a day", [put(f"{SCHEDULE}.window_minutes", 1441)],
     "functions.sweep.triggers[0].schedule.window_minutes=1441: must be at most 1440: minutes within which it may start, to spread load; "
     "0: on time; lower it"),
    ("run that is tried too long", [put(f"{SCHEDULE}.maximum_age_seconds", 90_000)],
     "functions.sweep.triggers[0].schedule.maximum_age_seconds=90000: must be at most 86400 s: how long a run that cannot be started is "
     "tried; lower it"),
    ("unknown bucket", [put(f"{UPLOAD}.bucket", "incomming")],
     "functions.process.triggers[0].upload.bucket=incomming: is no bucket of this workload; there is receipts, incoming; did you mean "
     "'incoming'?"),
    ("unknown bucket of a topic", [put("topics.arrived.from_bucket.bucket", "incomming")],
     "topics.arrived.from_bucket.bucket=incomming: is no bucket of this workload; there is receipts, incoming; did you mean 'incoming'?"),
    ("object for two functions", [put("functions.sweep.triggers", [{"upload": {"bucket": "incoming", "prefix": "in/a"}}])],
     "functions.sweep.triggers[0].upload: takes objects that functions.process.triggers[0].upload takes as well, and S3 tells one "
     "receiver of each object; give them different prefixes, or publish to a topic with `from_bucket` and let both listen there"),
    ("object for a function and a topic", [put("topics.arrived.from_bucket.prefix", "in/")],
     "topics.arrived.from_bucket: takes objects that functions.process.triggers[0].upload takes as well, and S3 tells one receiver of "
     "each object; give them different prefixes, or publish to a topic with `from_bucket` and let both listen there"),
    ("bucket twice", [put("functions.process.triggers", [*({"upload": {"bucket": "incoming", "prefix": each}} for each in ("in/", "on/"))])],
     "functions.process.triggers[1].upload.bucket=incoming: tells the function already, by functions.process.triggers[0].upload; keep one "
     "trigger, with a prefix that both have in common, or give each prefix a function of its own"),
    ("prefix with a blank", [put(f"{UPLOAD}.prefix", "in coming/")],
     "functions.process.triggers[0].upload.prefix=in coming/: must be a part of an object's key: letters, digits, `/`, and `!_.'()-`, "
     "without `*`, and no `/` at its begin; write it like incoming/ or .jpg"),
    ("prefix with a wildcard", [put(f"{UPLOAD}.prefix", "in/*")],
     "functions.process.triggers[0].upload.prefix=in/*: must be a part of an object's key: letters, digits, `/`, and `!_.'()-`, without "
     "`*`, and no `/` at its begin; write it like incoming/ or .jpg"),
    ("prefix that no key has", [put(f"{UPLOAD}.prefix", "/in/")],
     "functions.process.triggers[0].upload.prefix=/in/: must be a part of an object's key: letters, digits, `/`, and `!_.'()-`, without "
     "`*`, and no `/` at its begin; write it like incoming/ or .jpg"),
    ("objects that go at once", [put("buckets.receipts.expire_after_days", 0)],
     "buckets.receipts.expire_after_days=0: must be at least 1 day: days after which an object is deleted; without it, objects are kept; "
     "raise it"),
    ("table that does not tell", [put("tables.products.stream", False)],
     "functions.index.triggers[0].changes.table=products: does not tell its changes; add `stream: true` to tables.products"),
    ("unknown table", [put(f"{CHANGES}.table", "product")],
     "functions.index.triggers[0].changes.table=product: is no table of this workload; there is orders, products; did you mean 'products'?"),
    ("change that is kept shorter", [put(f"{CHANGES}.maximum_record_age_seconds", 604_800)],
     "functions.index.triggers[0].changes.maximum_record_age_seconds=604800: is longer than a record is kept, 24 h: it would be lost, and "
     "not come into the queue of failures; lower it to 86400 or less"),
    ("three readers of one table", [*(put(f"functions.{each}.triggers", [{"changes": {"table": "products"}}]) for each in ("index", "transform", "sweep")), put("streams", {}), drop("functions.api.uses.clicks")],
     "functions.transform.triggers[0].changes.table=products: is read by sweep and index already, and DynamoDB serves 2 readers of one "
     "stream; let one of them publish to a topic or a bus, and the others listen there"),
    ("unknown stream", [put(f"{CLICKS}.stream", "click")],
     "functions.transform.triggers[0].stream.stream=click: is no stream of this workload; there is clicks; did you mean 'clicks'?"),
    ("stream twice", [put("functions.transform.triggers", [{"stream": {"stream": "clicks"}}, {"stream": {"stream": "clicks"}}])],
     "functions.transform.triggers[1].stream.stream=clicks: is read by this function already, and Lambda takes it once; remove one of the "
     "two"),
    ("record that is kept shorter", [put(f"{CLICKS}.maximum_record_age_seconds", 604_800)],
     "functions.transform.triggers[0].stream.maximum_record_age_seconds=604800: is longer than a record is kept, 48 h: it would be lost, "
     "and not come into the queue of failures; lower it to 172800 or less, or raise retention_hours of the stream"),
    ("batch beyond its bound", [put(f"{CLICKS}.batch_size", 10_001)],
     "functions.transform.triggers[0].stream.batch_size=10001: must be at most 10000: most records in one invocation; lower it"),
    ("parallel beyond its bound", [put(f"{CLICKS}.parallelization", 11)],
     "functions.transform.triggers[0].stream.parallelization=11: must be at most 10: batches of one shard at the same time; order holds "
     "within a key; lower it"),
    ("retries beyond their bound", [put(f"{CLICKS}.maximum_retries", 10_001)],
     "functions.transform.triggers[0].stream.maximum_retries=10001: must be at most 10000: how often a batch is tried again; the records "
     "behind it wait; lower it"),
    ("record given up too early", [put(f"{CLICKS}.maximum_record_age_seconds", 59)],
     "functions.transform.triggers[0].stream.maximum_record_age_seconds=59: must be at least 60 s: age from which a record is given up; "
     "raise it"),
    ("record kept too shortly", [put("streams.clicks.retention_hours", 12)],
     "streams.clicks.retention_hours=12: must be at least 24 hours: hours for which a record can be read: longer than the worst outage of "
     "its consumer; raise it"),
    ("message that expires before it is given up", [put("functions.worker.timeout_seconds", 900), put("queues.paid", {"retention_days": 1, "max_receive_count": 100})],
     "queues.paid.max_receive_count=100: times 5400 s, for which a failed message is hidden each time, is more than the 1 day for which "
     "it is kept: it would be lost instead of given up; lower it, or raise retention_days"),
    ("source that is nobody", [put(f"{EVENT}.pattern.source", ["order"])],
     "functions.deliver.triggers[0].event.pattern.source=order: is not this workload, which alone publishes on its bus; did you mean "
     "'orders'?"),
    ("condition with a date", [put(f"{EVENT}.pattern.detail", {"data": {"day": [TODAY]}})],
     "functions.deliver.triggers[0].event.pattern.detail: holds a date or another value that JSON does not have; write it in quotes"),
    ("rule twice", [put("functions.deliver.triggers", [{"event": {"bus": "notices", "pattern": {"source": ["orders"], "detail_type": ["OrderPaid"]}}}] * 2)],
     "functions.deliver.triggers[1]: is the same as triggers[0], so the function would run twice for one event; remove one of the two"),
    ("schedule twice", [put("functions.sweep.triggers", [{"schedule": {"expression": "rate(1 day)"}}] * 2)],
     "functions.sweep.triggers[1]: is the same as triggers[0], so the function would run twice for one event; remove one of the two"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "told"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_one_mistake_is_one_problem(breaks, told, tmp_path):
    assert problems_with(tmp_path, everything(*breaks)) == [told]


@pytest.mark.parametrize(
    "expression",
    ["cron(0/5 * * * ? *)", "cron(0 3 L * ? *)", "cron(0 3 15W 1,JUL ? *)", "cron(0 8-18/2 ? * MON-FRI 2027)", "cron(0 3 ? * fri#2 *)", "rate(2 days)"],
)
def test_what_schedules_take_is_taken(tmp_path, expression):
    assert problems_with(tmp_path, everything(put(f"{SCHEDULE}.expression", expression))) == []


@pytest.mark.parametrize(
    "condition",
    [
        "high", 5, None, {"prefix": "h"}, {"suffix": {"equals-ignore-case": "H"}}, {"anything-but": ["a", "b"]}, {"anything-but": {"prefix": "a"}},
        {"numeric": [">", 0, "<=", 5]}, {"exists": False}, {"wildcard": "a*b"}, {"cidr": "10.0.0.0/24"},
    ],
)  # fmt: skip
def test_what_eventbridge_takes_as_a_condition_is_taken(tmp_path, condition):
    detail = {"data": {"a": [condition]}, "$or": [{"b": ["x"]}, {"c": [{"exists": True}]}]}
    assert problems_with(tmp_path, everything(put(f"{EVENT}.pattern.detail", detail))) == []


def test_a_template_may_use_what_eventbridge_gives_and_words_within_text(tmp_path):
    template = '{"event": <event>, "text": "of <data>", "rule": <aws.events.rule-arn>}'
    assert problems_with(tmp_path, everything(put(f"{EVENT}.input.template", template))) == []
