"""What the INIT of every handler costs, beside a bare Powertools handler: `python -m benchmarks.handlers`.

Each is imported in processes of its own, in turns, with the variables that the platform gives it: processor time of the import, in which
clients are made. Bytecode is there, as in the layer. The second table adds three ways of tracing to what every handler imports
(docs/decisions/0008-tracing.md). Prints Markdown.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5

BARE = """
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel
import boto3
logger, metrics, tracer, app = Logger(), Metrics(), Tracer(), APIGatewayHttpResolver()
dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
class Order(BaseModel):
    sku: str
    quantity: int
@app.post("/orders")
def create():
    return {}
@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event, context):
    return app.resolve(event, context)
"""

BEFORE = """
from aws_lambda_powertools import Logger, Metrics
from pydantic import BaseModel
Logger(), Metrics()
"""
WITH_CLIENT = BEFORE + "from botocore.session import Session\nSession().create_client('dynamodb', region_name='eu-west-1')\n"

OPENTELEMETRY = """
import base64, socket
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
class Exporter(SpanExporter):
    def __init__(self):
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    def export(self, spans):
        text = base64.b64encode(encode_spans(spans).SerializeToString())
        self.sender.sendto(b'{"format":"json","version":1}\\nT1S' + text, ("127.0.0.1", 2000))
provider = TracerProvider(resource=Resource.create({"service.name": "f"}))
provider.add_span_processor(SimpleSpanProcessor(Exporter()))
tracer = provider.get_tracer("f")
"""
TRACING = {
    "X-Ray SDK (Powertools' Tracer)": "from aws_lambda_powertools import Tracer\nTracer()\n",
    "OpenTelemetry API and SDK": OPENTELEMETRY,
    "shared.segments": "import shared.segments\n",
}

MEASURE = """
import resource, sys
begun = resource.getrusage(resource.RUSAGE_SELF)
{before}
middle = resource.getrusage(resource.RUSAGE_SELF)
{work}
ended = resource.getrusage(resource.RUSAGE_SELF)
print((ended.ru_utime + ended.ru_stime - middle.ru_utime - middle.ru_stime) * 1000, len(sys.modules))
"""


@dataclass(frozen=True)
class Subject:
    """Something whose import is measured."""

    name: str
    work: str
    variables: Mapping[str, str]
    before: str = ""
    """Imported before, and not measured."""


@dataclass(frozen=True)
class Cost:
    milliseconds: float
    """Of processor time, user and system: the median of all rounds."""
    modules: int


def handlers() -> list[Subject]:
    """Every function of every manifest, with what the platform tells it."""
    from local.up import read_settings
    from platform_contract.manifest import load_manifests
    from platform_contract.planning import plan_workload

    settings = read_settings("dev", {})
    values = {
        "QUEUE": "https://sqs.example/queue", "TOPIC": "arn:aws:sns:eu-west-1:1:t", "WORKFLOW": "arn:aws:states:eu-west-1:1:w",
        "SOCKET": "https://socket.example/live", "TOKEN": "https://issuer.example", "JWKS": "https://issuer.example/keys",
    }  # fmt: skip
    found = []
    for name, manifest in load_manifests(ROOT / "workloads", settings).items():
        for function, plan in plan_workload(manifest, settings).functions.items():
            references = {each: values.get(each.partition("_")[0], "resource") for each in plan.references}
            module = plan.handler.rpartition(".")[0]
            found.append(Subject(f"{name}/{function}", f"import {module}", {**plan.environment, **references}))
    return found


def once(subject: Subject, folder: Path) -> Cost:
    """In a process of its own. Raises RuntimeError with what it wrote if it cannot be imported."""
    variables = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "handlers"), "PYTHONPYCACHEPREFIX": str(folder), "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_LAMBDA_FUNCTION_NAME": "f",
        "LAMBDA_TASK_ROOT": "/var/task", "POWERTOOLS_SERVICE_NAME": "bare", "POWERTOOLS_METRICS_NAMESPACE": "bare", **subject.variables,
    }  # fmt: skip
    program = MEASURE.format(before=subject.before, work=subject.work)
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{subject.name}: {done.stderr.strip()}")
    milliseconds, modules = done.stdout.split()[-2:]
    return Cost(float(milliseconds), int(modules))


def measured(subjects: Sequence[Subject], rounds: int) -> dict[str, Cost]:
    """In turns, so that a busy moment of the machine falls on all of them; a first round, which writes the bytecode, does not count."""
    with tempfile.TemporaryDirectory() as folder:
        seen = [{each.name: once(each, Path(folder)) for each in subjects} for _ in range(rounds + 1)][1:]
    return {each.name: Cost(statistics.median(one[each.name].milliseconds for one in seen), seen[0][each.name].modules) for each in subjects}


def table(costs: Mapping[str, Cost], unit: str, first: str) -> list[str]:
    """Rows, those that cost most first; `unit`: the row that all are compared with."""
    rows = [
        f"| {name} | {cost.milliseconds:.0f} | {cost.milliseconds / costs[unit].milliseconds:.2f} | {cost.modules} |"
        for name, cost in sorted(costs.items(), key=lambda each: -each[1].milliseconds)
    ]
    return [f"| {first} | ms of processor time | of `{unit}` | modules |", "|---|---|---|---|", *rows]


def tracing() -> list[Subject]:
    """Each way of tracing on top of what a handler without and with a client has."""
    bare = [Subject("bare handler", BARE, {})]
    after = {"without a client": BEFORE, "after a client": WITH_CLIENT}
    return bare + [Subject(f"{name}, {when}", work, {}, before) for name, work in TRACING.items() for when, before in after.items()]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.handlers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="names of functions that begin so")
    wanted = parser.parse_args()
    subjects = [Subject("bare handler", BARE, {}), *(each for each in handlers() if each.name.startswith(wanted.only))]
    print(*table(measured(subjects, wanted.rounds), "bare handler", "handler"), "", sep="\n")
    print(*table(measured(tracing(), wanted.rounds), "bare handler", "tracing"), sep="\n")


if __name__ == "__main__":
    main()
