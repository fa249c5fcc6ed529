"""State and cloud, through the real engine and our provider, in programs of a few lines: import, refusals, what is half made."""

import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local import cloud as clouds
from tests.checkout import free_port

pytestmark = pytest.mark.end_to_end


PROVIDER = """
import os
import pulumi
from pulumi_aws import Provider, ProviderEndpointArgs, sqs
aws = Provider("aws", region="eu-west-1", access_key="a", secret_key="b", endpoints=[ProviderEndpointArgs(sqs=os.environ["ENDPOINT"], sts=os.environ["ENDPOINT"])])
child = pulumi.ResourceOptions(provider=aws)
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    folder = tmp_path_factory.mktemp("state") / "cloud"
    made, _ = clouds.start("000000000000", "eu-west-1", free_port(), folder)
    yield made
    clouds.stop(folder)


def test_an_existing_resource_is_imported(make_project, cloud):
    url = cloud.client("sqs").create_queue(QueueName="old", Attributes={"VisibilityTimeout": "77"})["QueueUrl"]
    program = 'sqs.Queue("old", name="old", visibility_timeout_seconds=77, opts=pulumi.ResourceOptions(provider=aws, import_=os.environ["URL"]))'
    project = make_project(PROVIDER + program)
    project.env |= {"ENDPOINT": cloud.endpoint, "URL": url}
    done = project.call("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout
    assert "1 imported" in done.stdout
    again = project.call("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert again.returncode == 0, again.stdout
    cloud.client("sqs").delete_queue(QueueUrl=url)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ('sqs.Queue("q", visibility_timeout_seconds=99999, opts=child)', "visibilityTimeoutSeconds"),
        (
            'pulumi.CustomResource("aws:sqs/queue:Queue", "q", {"visibilityTimeout": 3}, child)',
            "did you mean 'visibilityTimeoutSeconds'?",
        ),
        ('pulumi.CustomResource("aws:sqs/queue:Queu", "q", {}, child)', "aws:sqs/queue:Queu"),
        (
            "import pulumi_aws.cloudwatch as cw; cw.LogGroup('g', retention_in_days=8, opts=child)",
            "retentionInDays=8: must be one of 0, 1, 3, 5, 7, 14",
        ),
        ('sqs.QueuePolicy("p", queue_url="http://localhost/q", policy=None, opts=child)', "policy"),
    ],
)
def test_a_wrong_input_is_named_before_any_call(make_project, cloud, program, told):
    project = make_project(PROVIDER + program)
    project.env |= {"ENDPOINT": cloud.endpoint}
    done = project.call("preview")
    assert done.returncode != 0
    assert told in done.stdout + done.stderr
    assert cloud.client("sqs").list_queues().get("QueueUrls", []) == []


def test_an_endpoint_that_is_not_this_machine_is_refused(make_project):
    project = make_project(PROVIDER + 'sqs.Queue("q", opts=child)')
    project.env |= {"ENDPOINT": "https://sqs.eu-west-1.amazonaws.com"}
    done = project.call("preview")
    assert done.returncode != 0
    assert "sqs.eu-west-1.amazonaws.com" in done.stdout + done.stderr


class Refusing(BaseHTTPRequestHandler):
    """The emulator, but for one operation, which it refuses as AWS would."""

    upstream = ""
    refused = "PutRetentionPolicy"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("x-amz-target", "").endswith(self.refused):
            self.answer(400, b'{"__type": "LimitExceededException", "message": "not now"}')
            return
        request = urllib.request.Request(self.upstream + self.path, body, dict(self.headers.items()), method="POST")
        try:
            with urllib.request.urlopen(request) as reply:
                self.answer(reply.status, reply.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.read())

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args) -> None:
        pass


def test_a_half_made_resource_stays_in_state_and_the_next_update_repairs_it(make_project, cloud):
    """A log group is made, and then its retention is refused: it exists, but not as asked for."""
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), type("ForThisTest", (Refusing,), {"upstream": cloud.endpoint}))
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    program = """
from pulumi_aws import cloudwatch
logs = Provider("logs", region="eu-west-1", access_key="a", secret_key="b",
                endpoints=[ProviderEndpointArgs(logs=os.environ["ENDPOINT"], sts=os.environ["ENDPOINT"])])
cloudwatch.LogGroup("g", name="g", retention_in_days=7, opts=pulumi.ResourceOptions(provider=logs))
"""
    project = make_project(PROVIDER + program)
    project.env |= {"ENDPOINT": f"http://127.0.0.1:{proxy.server_port}"}
    first = project.call("up", "--yes", "--skip-preview")
    proxy.shutdown()
    groups = cloud.client("logs").describe_log_groups()["logGroups"]
    assert [(it["logGroupName"], it.get("retentionInDays")) for it in groups] == [("g", None)], first.stdout
    assert first.returncode != 0
    assert "LimitExceededException" in first.stdout
    state = json.loads(project.call("stack", "export").stdout)["deployment"]["resources"]
    assert [it["urn"].rsplit("::", 1)[1] for it in state if it["type"] == "aws:cloudwatch/logGroup:LogGroup"] == ["g"], (
        first.stdout
    )
    project.env["ENDPOINT"] = cloud.endpoint
    second = project.call("up", "--yes", "--skip-preview")
    assert second.returncode == 0, second.stdout
    assert cloud.client("logs").describe_log_groups()["logGroups"][0]["retentionInDays"] == 7
    assert project.call("up", "--yes", "--skip-preview", "--expect-no-changes").returncode == 0
