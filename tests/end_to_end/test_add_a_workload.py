"""docs/how-to/add-a-workload.md, done as it says; then what the page says happens when something is broken."""

import re

import pytest

from local.access_report import report
from local.cloud import access_log
from tests.checkout import ROOT, Checkout
from tests.end_to_end.drivers import DRIVERS, drive

pytestmark = pytest.mark.end_to_end

PAGE = ROOT / "docs/how-to/add-a-workload.md"
BLOCK = re.compile(r"^```(?:yaml|python)\n# file: (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE, MANIFEST = "handlers/greetings/api.py", "workloads/greetings.yaml"


@pytest.fixture(scope="module")
def copy(tmp_path_factory, engine):
    checkout = Checkout.make(tmp_path_factory.mktemp("page") / "platform", "greetings")
    for name, text in BLOCK.findall(PAGE.read_text()):
        target = checkout.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    yield checkout
    checkout.down()


def said(copy: Checkout, module: str, *arguments: str) -> str:
    done = copy.run(module, *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_page_works(copy):
    assert sorted(name for name, _ in BLOCK.findall(PAGE.read_text())) == ["handlers/greetings/__init__.py", CODE, MANIFEST]
    told = copy.up()
    assert re.search(r"greetings +PUT +http://127\.0\.0\.1:\d+/\S+/greetings/\{name\}", told), told
    assert re.search(r"^curl -i -X PUT 'http://127\.0\.0\.1:\d+/\S+/greetings/name'", told, re.MULTILINE), told
    access = copy.access()
    (api,) = access.inventory.workloads["greetings"].apis.values()
    url = access.url(api.api_id, api.stage) + "/greetings/ada"
    assert access.request("GET", url)[0] == 404
    status, problem = access.request("PUT", url, {"text": 7})
    assert (status, problem["field"]) == (400, "text")
    token = said(copy, "local.access_token").strip()
    headers = {"x-correlation-id": "my-first-call", "authorization": f"Bearer {token}"}
    assert access.request("PUT", url, {"text": "Good morning"}, headers, token=False) == (200, {"name": "ada", "text": "Good morning"})
    assert access.request("GET", url) == (200, {"name": "ada", "text": "Good morning"})
    assert access.request("GET", url, token=False)[0] == 401


def test_one_request_is_found_in_the_log_and_in_the_traces(copy):
    (line,) = said(copy, "local.operate", "logs", "greetings/api", "--correlation", "my-first-call").splitlines()
    assert line.split(maxsplit=1)[1] == "INFO     greeting kept  [my-first-call]  letters=12"
    path = said(copy, "local.traces", "--correlation", "my-first-call")
    assert "from PUT /greetings/{name}" in path and "PutItem" in path, path


def test_a_function_is_invoked_by_hand(copy):
    event = '{"version": "2.0", "routeKey": "GET /greetings/{name}", "rawPath": "/greetings/eve", "rawQueryString": "", "headers": {}, \
        "requestContext": {"requestId": "r", "stage": "$default", "http": {"method": "GET", "path": "/greetings/eve"}}, "isBase64Encoded": false}'
    assert "no greeting for eve" in said(copy, "local.operate", "invoke", "greetings/api", event.replace("\\\n", ""))


def test_a_package_that_is_not_in_the_layer_stops_make_up_before_anything_is_made(copy):
    text = (copy.folder / CODE).read_text()
    copy.edit(CODE, "import os\n", "import os\n\nimport requests\n")
    done = copy.run(*copy.up_command)
    assert done.returncode == 1 and "Guardrails and update" not in done.stdout, done.stdout
    assert "greetings/api: ModuleNotFoundError: No module named 'requests'\n      handlers/greetings/api.py:5: import requests" in done.stdout
    (copy.folder / CODE).write_text(text)


def test_a_missing_verb_is_told_with_the_line_of_the_manifest(copy):
    copy.edit(MANIFEST, "greetings: [read, write]", "greetings: [read]")
    done = copy.run(*copy.up_command)
    assert done.returncode == 1, done.stdout
    line = 1 + next(number for number, text in enumerate((copy.folder / MANIFEST).read_text().splitlines()) if "greetings: [read]" in text)
    assert (
        "greetings/api was denied dynamodb:PutItem on the table greetings: "
        f"add `put` to functions.api.uses.greetings (workloads/greetings.yaml:{line})"
    ) in done.stdout
    assert "its log:   handlers/greetings/api.py, line " in done.stdout, "the traceback of the handler"
    copy.edit(MANIFEST, "greetings: [read]", "greetings: [read, put]")
    assert "Smoke checks: " in copy.up()


def test_a_workload_without_a_driver_is_driven_as_far_as_its_manifest_tells(copy):
    """`make least-privilege WORKLOADS=greetings`: its example is called, and what that used is told apart from what was not tried."""
    access = copy.access()
    assert "greetings" not in DRIVERS and drive(access) == {}
    shown = report(access.cloud, access_log(copy.folder / ".local")).text()
    assert re.search(r"used +dynamodb:PutItem +table/local-greetings-greetings", shown), shown
