"""docs/how-to/add-a-workload.md, done as it says."""

import re

import pytest

from tests.checkout import ROOT, Checkout

pytestmark = pytest.mark.end_to_end

PAGE = ROOT / "docs/how-to/add-a-workload.md"
BLOCK = re.compile(r"^```(?:yaml|python)\n# file: (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_works(tmp_path, engine):
    copy = Checkout.make(tmp_path / "platform", "greetings")
    written = dict(BLOCK.findall(PAGE.read_text()))
    assert sorted(written) == ["handlers/greetings/__init__.py", "handlers/greetings/api.py", "workloads/greetings.yaml"]
    for name, text in written.items():
        target = copy.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    try:
        said = copy.up()
        assert re.search(r"greetings +PUT +http://127\.0\.0\.1:\d+/\S+/greetings/\{name\}", said), said
        access = copy.access()
        (api,) = access.inventory.workloads["greetings"].apis.values()
        url = access.url(api.api_id, api.stage) + "/greetings/ada"
        assert access.request("GET", url)[0] == 404
        assert access.request("PUT", url, {"text": 7})[0] == 400
        assert access.request("PUT", url, {"text": "Good morning"}) == (200, {"name": "ada", "text": "Good morning"})
        assert access.request("GET", url) == (200, {"name": "ada", "text": "Good morning"})
        assert access.request("GET", url, token=False)[0] == 401
    finally:
        copy.down()
