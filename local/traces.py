"""`make traces [CORRELATION=id]`: the path of one request through functions, queues, buses, streams and workflows, with times.

The embedded cloud starts a new trace at every invocation, so hops are joined by what the handlers annotate: the
correlation id (`handlers/shared/observability.py`). What lies between them is read from the stack (`local/wiring.py`).
Without an id the last requests are listed.
"""

import argparse
import contextlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local import cloud as clouds
from local.paths import LOCAL
from local.running import local_stack
from local.steps import Refusal, console, run_command
from local.trace_collector import older, segments
from local.wiring import Step, steps_of, wiring

CORRELATION, FUNCTION, ROUTE, COLD_START = "correlation_id", "function", "route", "ColdStart"
"""Annotations: three of `shared`, one of Powertools."""
LEGEND = "Times are from the beginning of the request; below a function: what handed it over (<: fed by), and what the function called."
LISTED = 20
RESOURCES = ("table_name", "bucket_name", "queue_url", "topic_arn", "function_name", "stream_name", "state_machine_arn", "secret_id")
"""Where `handlers/shared/segments.py` writes what an AWS call was about, as X-Ray's own SDK did."""


@dataclass
class Part:
    """One segment or subsegment, its children below it."""

    document: dict[str, Any]
    above: "Part | None" = None
    below: list["Part"] = field(default_factory=list)

    @property
    def start(self) -> float:
        """Seconds since 1970."""
        return float(self.document["start_time"])

    @property
    def end(self) -> float:
        return float(self.document["end_time"])

    @property
    def milliseconds(self) -> int:
        return round((self.end - self.start) * 1000)

    @property
    def is_message(self) -> bool:
        """Whether it is one message's part of an invocation."""
        return self.document["name"] == "## message"

    def annotation(self, name: str) -> Any:
        """Its own, or that of what it is a part of."""
        own = self.document.get("annotations", {}).get(name)
        return own if own is not None or self.above is None else self.above.annotation(name)

    @property
    def correlation(self) -> str:
        """The id that it was annotated with itself; empty for parts of a hop and for invocations of several messages."""
        return str(self.document.get("annotations", {}).get(CORRELATION, ""))

    @property
    def error(self) -> str:
        """What failed in it, empty if nothing did."""
        if not any(self.document.get(flag) for flag in ("fault", "error", "throttle")):
            return ""
        cause = self.document.get("cause")
        exceptions = cause.get("exceptions") if isinstance(cause, dict) else None
        if not exceptions:
            return "failed"
        return f"{exceptions[0].get('type', '')}: {exceptions[0].get('message', '')}"

    def calls(self) -> Iterator["Part"]:
        """The AWS calls of this hop, in the order of their start; those of another hop inside it are that one's."""
        for part in sorted(self.below, key=lambda each: each.start):
            if part.correlation:
                continue
            if part.document.get("namespace") in ("aws", "remote"):
                yield part
            yield from part.calls()

    def label(self) -> str:
        """Of an AWS call: service, operation, resource."""
        about = self.document.get("aws", {})
        resource = next((str(about[name]) for name in RESOURCES if about.get(name)), "")
        return " ".join(filter(None, (self.document["name"], about.get("operation", ""), re.split("[/:]", resource)[-1])))


def joined(documents: Iterable[dict[str, Any]]) -> list[Part]:
    """Every part of every trace; those that came apart (they are sent as they end) are put together again."""
    parts: dict[tuple[str, str], Part] = {}
    parents: dict[tuple[str, str], tuple[str, str]] = {}

    def take(document: dict[str, Any], trace: str, parent: str) -> None:
        if document.get("in_progress") or "end_time" not in document:
            return
        key = (trace, document["id"])
        parts[key], parents[key] = Part(document), (trace, parent)
        for inner in document.get("subsegments", []):
            take(inner, trace, document["id"])

    for document in documents:
        take(document, document.get("trace_id", ""), document.get("parent_id", ""))
    for key, part in parts.items():
        part.above = parts.get(parents[key])
        if part.above:
            part.above.below.append(part)
    return list(parts.values())


def hops(parts: Iterable[Part]) -> dict[str, list[Part]]:
    """Correlation id -> its hops, by start; ids by their first hop. A hop is an invocation or one message of it."""
    found: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda each: each.start):
        if part.correlation:
            found.setdefault(part.correlation, []).append(part)
    return found


def read(folder: Path = LOCAL) -> list[dict[str, Any]]:
    """The documents that the collector holds, older ones first."""
    newest, documents = segments(folder), []
    for path in (older(newest), newest):
        whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
        documents += [json.loads(line) for line in whole.splitlines()]
    return documents


def path_of(correlation: str, on_it: list[Part], sources: Mapping[str, str] | None = None, steps: Sequence[Step] = ()) -> list[str]:
    """Lines that tell one request's path. `sources`: function -> what hands requests to it; `steps`: of its workflows."""
    begun = on_it[0].start
    failed = sum(bool(hop.error) for hop in on_it)
    total = round((max(hop.end for hop in on_it) - begun) * 1000)
    lines = [f"{correlation}: {number(len(on_it), 'hop')}, {total} ms" + (f", {number(failed, 'error')}" if failed else "")]
    told = [(hop.start, _hop(hop, (sources or {}).get(name_of(hop), ""))) for hop in on_it]
    told += [(step.start, [f"workflow {step.workflow}, state '{step.state}': {round((step.end - step.start) * 1000)} ms"]) for step in steps]
    for start, (first, *below) in sorted(told, key=lambda each: each[0]):
        lines += [f"  {f'+{round((start - begun) * 1000)} ms':>10}  {first}", *(f"{'':14}{line}" for line in below)]
    return lines


def _hop(hop: Part, source: str) -> list[str]:
    """A function, where it got the request from, what failed in it, what it called."""
    kind = " message" if hop.is_message else ""
    cold = " (cold start)" if hop.annotation(COLD_START) and not hop.is_message else ""
    source = str(hop.annotation(ROUTE) or source)
    return [
        f"{name_of(hop)}{kind}{cold}: {hop.milliseconds} ms",
        *([f"from {source}"] if source else []),
        *([f"✗ {hop.error}"] if hop.error else []),
        *(f"{call.label()}: {call.milliseconds} ms" + (f" ✗ {call.error}" if call.error else "") for call in hop.calls()),
    ]


def listed(by_correlation: dict[str, list[Part]]) -> list[str]:
    """One line for each of the last requests, the newest last."""
    lines = []
    for correlation, on_it in list(by_correlation.items())[-LISTED:]:
        at = datetime.fromtimestamp(on_it[0].start, UTC).strftime("%H:%M:%S")
        names = Counter(name_of(hop) for hop in on_it)
        route = " > ".join(name if count == 1 else f"{name} x{count}" for name, count in names.items())
        total = round((max(hop.end for hop in on_it) - on_it[0].start) * 1000)
        failed = sum(bool(hop.error) for hop in on_it)
        lines.append(f"  {at}  {correlation}  {route}  {total} ms" + (f"  {number(failed, 'error')}" if failed else ""))
    return lines


def name_of(hop: Part) -> str:
    return str(hop.annotation(FUNCTION) or hop.document["name"])


def number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def surroundings(correlation: str, on_it: list[Part]) -> tuple[dict[str, str], list[Step]]:
    """What hands requests to functions, and the steps of the request's workflows; nothing of either if the stack is gone."""
    with contextlib.suppress(Refusal, OSError, ValueError, KeyError, TypeError):
        cloud = clouds.running()
        exported = local_stack().call("stack", "export", "-s", "local")
        resources = json.loads(exported)["deployment"].get("resources", [])
        machines = [each["outputs"]["arn"] for each in resources if each["type"] == "aws:sfn/stateMachine:StateMachine"]
        called = {name_of(hop) for hop in on_it}
        sources = wiring(resources)
        used = [arn for arn in machines if any(f"workflow {arn.rpartition(':')[2]}" in sources.get(name, "") for name in called)]
        steps = steps_of(cloud.client("stepfunctions"), used, correlation, on_it[0].start) if cloud and used else []
        return sources, steps
    return {}, []


def main() -> None:
    parser = argparse.ArgumentParser(prog="make traces", description=__doc__)
    parser.add_argument("--correlation", default="", help="the x-correlation-id of a request")
    wanted = parser.parse_args(sys.argv[1:]).correlation
    found = hops(joined(read()))
    if not found:
        raise Refusal("there are no traces yet: make up, then call a route or send a message")
    if not wanted:
        lines = [f"The last {min(LISTED, len(found))} of {number(len(found), 'request')} (UTC); one in full: make traces CORRELATION=ID"]
        lines += listed(found)
    elif wanted in found:
        lines = [*path_of(wanted, found[wanted], *surroundings(wanted, found[wanted])), LEGEND]
    else:
        raise Refusal(f"no function has told of the correlation id {wanted!r}; `make traces` lists the last ones")
    for line in lines:
        console.print(line, markup=False)


if __name__ == "__main__":
    sys.exit(run_command(main))
