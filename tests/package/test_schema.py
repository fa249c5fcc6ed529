"""What the package promises to programs in other languages: every change of it is a visible difference."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import grpc
import pytest
from pulumi.provider.experimental.host import ComponentProvider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

import serverless_platform
from serverless_platform.program import argument_files, component_page
from serverless_platform.published import NAME, PUBLISHED, VERSION

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "components" / "package"
GOLDEN = Path(__file__).parent / "schema.json"


@pytest.fixture(scope="module")
def schema() -> dict:
    return json.loads(ComponentProvider(PUBLISHED, NAME, version=VERSION).schema)


def test_the_contract_is_the_reviewed_one(schema: dict):
    """Run with UPDATE_GOLDEN=1 to write it again, then read the difference: a removed or renamed key is a major version."""
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n")
    assert schema == json.loads(GOLDEN.read_text())


def test_everything_is_described(schema: dict):
    missing = []
    for token, resource in schema["resources"].items():
        missing += [token] if not resource.get("description") else []
        for part in ("inputProperties", "properties"):
            missing += [f"{token} {name}" for name, each in resource.get(part, {}).items() if not each.get("description")]
    for token, each in schema["types"].items():
        missing += [f"{token} {name}" for name, each in each.get("properties", {}).items() if not each.get("description")]
    assert missing == []


def test_tokens_are_those_that_the_classes_register(schema: dict):
    for component in PUBLISHED:
        source = Path(sys.modules[component.__module__].__file__).read_text()
        assert f'"{NAME}:index:{component.__name__}"' in source
        assert f"{NAME}:index:{component.__name__}" in schema["resources"]


def test_a_workload_needs_three_things(schema: dict):
    assert schema["resources"][f"{NAME}:index:Workload"]["requiredInputs"] == ["code", "manifest", "platform"]


def test_the_version_is_told_once_and_the_same():
    assert tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_the_host_boots_and_answers(schema: dict):
    """As the engine starts it: from another folder, an address as argument, the port as the first line."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    host = subprocess.Popen(
        [sys.executable, str(PACKAGE), "127.0.0.1:1"],
        cwd="/",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = host.stdout.readline().strip()
        assert port.isdigit(), host.stderr.read()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            answer = provider_pb2_grpc.ResourceProviderStub(channel).GetSchema(provider_pb2.GetSchemaRequest(), timeout=120)
    finally:
        host.terminate()
        host.wait(120)
    assert json.loads(answer.schema) == schema


@pytest.mark.engine
def test_the_engine_reads_the_package(make_project):
    """Through the language host, from another project's folder, with the environment that PulumiPlugin.yaml names."""
    answer = make_project("").call("package", "get-schema", str(PACKAGE))
    assert answer.returncode == 0, answer.stderr
    assert set(json.loads(answer.stdout)["resources"]) == {f"{NAME}:index:{component.__name__}" for component in PUBLISHED}


def test_arguments_are_those_of_the_contract():
    """`make docs` writes them again."""
    written = {file.name: file.read_text() for file in argument_files.FOLDER.glob("*.py") if file.name not in argument_files.WRITTEN}
    assert written == argument_files.texts()


def test_the_reference_page_is_that_of_the_components():
    """`make docs` writes it again."""
    assert (ROOT / component_page.PAGE).read_text(encoding="utf-8") == component_page.page()


def test_every_public_name_is_a_component_and_no_other_is_there():
    assert [component.__name__ for component in PUBLISHED] == sorted(serverless_platform.__all__) == sorted(serverless_platform._MODULES)
    with pytest.raises(AttributeError, match="has no public name 'Pilot'; it has Bucket, EventBus"):
        serverless_platform.Pilot  # noqa: B018
