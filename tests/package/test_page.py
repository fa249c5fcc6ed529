"""docs/how-to/use-components.md: its example is a program that runs."""

import re

import pytest

from tests.program.graph import ROOT, run
from tests.program.stacks import graph_of

PAGE = ROOT / "docs" / "how-to" / "use-components.md"


def test_the_example_makes_what_it_says(tmp_path, monkeypatch: pytest.MonkeyPatch):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "platform.json").write_text(graph_of("prod").exports["platform"])
    (tmp_path / "code" / "wishes").mkdir(parents=True)
    (tmp_path / "code" / "wishes" / "api.py").write_text("")
    monkeypatch.chdir(tmp_path)
    graph = run(lambda: exec(compile(example, "example", "exec"), {}), account="222222222222")
    assert graph.one("dynamodb/table", "wishes").inputs["name"] == "prod-wishes-wishes"
    assert {node.name for node in graph.all("lambda/function")} == {"api", "mailer"}
    assert "dead" in {node.name.rpartition("-")[2] for node in graph.all("sqs/queue")}
    assert "url" in graph.exports
