"""Feature flags as functions read them, from the embedded cloud's AppConfig."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from handler_support import numbers

from shared.flags import CACHE_SECONDS, Flags

HANDLERS = Path(__file__).parents[2] / "handlers"


class Configuration:
    """An application with one environment and the profile `flags`, whose versions are deployed at once."""

    def __init__(self, aws) -> None:
        self.name, self._api = f"test-flags-{next(numbers)}", aws.client("appconfig")
        self._application = self._api.create_application(Name=self.name)["Id"]
        self._environment = self._api.create_environment(ApplicationId=self._application, Name="test")["Id"]
        self._profile = self._api.create_configuration_profile(ApplicationId=self._application, Name="flags", LocationUri="hosted")["Id"]
        self._strategy = self._api.create_deployment_strategy(
            Name=self.name, DeploymentDurationInMinutes=0, FinalBakeTimeInMinutes=0, GrowthFactor=100, ReplicateTo="NONE"
        )["Id"]

    def deploy(self, text: str) -> None:
        version = self._api.create_hosted_configuration_version(
            ApplicationId=self._application, ConfigurationProfileId=self._profile, Content=text.encode(), ContentType="application/json"
        )["VersionNumber"]
        self._api.start_deployment(
            ApplicationId=self._application, EnvironmentId=self._environment, ConfigurationProfileId=self._profile, ConfigurationVersion=str(version),
            DeploymentStrategyId=self._strategy,
        )  # fmt: skip

    def set(self, **flags: bool) -> None:
        self.deploy(json.dumps({name: {"default": value} for name, value in flags.items()}))

    def delete(self) -> None:
        self._api.delete_application(ApplicationId=self._application)


def expire(flags: Flags) -> None:
    """What a day without a call does to a session's token: AppConfig does not know it any more."""
    assert flags._features is not None
    flags._features.store._conf_store._next_token["flags"] = "expired"  # type: ignore[attr-defined]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def configuration(aws) -> Configuration:
    return Configuration(aws)


def test_a_switched_flag_is_seen_within_the_caches_seconds(configuration):
    clock = Clock()
    flags = Flags({"taking": True}, configuration.name, "test", clock)
    configuration.set(taking=False)
    assert not flags.is_on("taking")
    configuration.set(taking=True)
    clock.now += CACHE_SECONDS - 1
    assert not flags.is_on("taking"), "from memory"
    clock.now += 1
    assert flags.is_on("taking")
    clock.now += CACHE_SECONDS
    assert flags.is_on("taking"), "AppConfig sends nothing where nothing changed"


def test_a_flag_that_is_in_no_version_yet_has_its_default(configuration):
    configuration.set(other=False)
    flags = Flags({"taking": True, "other": True}, configuration.name, "test")
    assert flags.is_on("taking") and not flags.is_on("other")


def test_out_of_reach_a_flag_is_what_was_last_known_and_it_is_said_once(configuration, log):
    clock = Clock()
    flags = Flags({"taking": True}, configuration.name, "test", clock)
    configuration.set(taking=False)
    assert not flags.is_on("taking")
    expire(flags)
    configuration.delete()
    for _ in range(3):
        clock.now += CACHE_SECONDS
        assert not flags.is_on("taking")
    [line] = log.of("WARNING")
    assert line["message"] == "feature flags out of reach" and line["values"] == {"taking": False}
    assert line["reason"].startswith(("ResourceNotFoundException", "BadRequestException")), "what AWS says"


def test_out_of_reach_from_the_first_call_a_flag_has_its_default_and_nobody_waits_each_time(aws, monkeypatch):
    clock = Clock()
    flags = Flags({"taking": True, "listing": False}, "no-such-application", "test", clock)
    asked = []
    ask = flags._ask
    monkeypatch.setattr(flags, "_ask", lambda: (asked.append(clock.now), ask()))
    for _ in range(10):
        assert flags.is_on("taking") and not flags.is_on("listing")
        clock.now += CACHE_SECONDS / 5
    assert len(asked) == 2


def test_it_comes_back_within_reach_by_itself(configuration):
    """A session that AppConfig does not know any more is begun anew."""
    clock = Clock()
    flags = Flags({"taking": True}, configuration.name, "test", clock)
    configuration.set(taking=False)
    assert not flags.is_on("taking")
    expire(flags)
    configuration.set(taking=True)
    clock.now += CACHE_SECONDS
    assert not flags.is_on("taking")
    clock.now += CACHE_SECONDS
    assert flags.is_on("taking")


@pytest.mark.parametrize("text", ["[]", '{"taking": true}', '{"taking": {"default": {}}}', "not json"])
def test_what_is_no_configuration_changes_nothing(configuration, text):
    configuration.deploy(text)
    assert Flags({"taking": True}, configuration.name, "test").is_on("taking")


def test_a_function_without_an_application_asks_nobody(monkeypatch):
    flags = Flags({"taking": True}, "", "test")
    monkeypatch.setattr(flags, "_ask", lambda: pytest.fail("asked"))
    assert flags.is_on("taking")


def test_a_flag_that_the_function_does_not_name_is_a_fault_of_the_code():
    with pytest.raises(KeyError):
        Flags({}, "", "test").is_on("taking")


def test_importing_it_costs_a_function_without_flags_nothing():
    code = "import sys, shared.observability, shared.clients; before = {*sys.modules}; import shared.flags; print(*{*sys.modules} - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=HANDLERS, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["shared.flags"]
