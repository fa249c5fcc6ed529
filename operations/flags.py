"""`flags WORKLOAD get | set FLAG on|off | back | clear`: feature flags in AppConfig.

A change is a new version of all flags of the workload, with what was not named as it was. It reaches functions as the stack wants it, gradually or
at once, and AppConfig takes it back by itself when one of the workload's alarms fires meanwhile.
"""

import json
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.clients import Client, clients_in
from operations.errors import OperationError
from operations.inventory import entry_named, workload_of
from platform_contract.inventory import FlagsEntry, Inventory

POLL_SECONDS = 5.0
RUNNING = ("DEPLOYING", "VALIDATING", "BAKING", "ROLLING_BACK")
TAKEN_BACK = ("ROLLING_BACK", "ROLLED_BACK", "REVERTED")
AT_ONCE = "AppConfig.AllAtOnce"
"""AppConfig's own strategy: all functions at once, and ten minutes in which alarms are watched."""
KEPT_VERSIONS = 20
"""AppConfig keeps at most a hundred of a profile (quota "Hosted configuration store versions"), and refuses more."""
VALUES = {"on": True, "off": False}


def lines(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """Does what `options.action` says. Raises OperationError with the reason where it cannot, or where AppConfig took the change back."""
    workload = workload_of(inventory, options.workload)
    if workload.feature_flags is None:
        why = "is in the phase pilot, where functions have the defaults of the manifest" if workload.phase == "pilot" else "has no `flags` in its manifest"
        raise OperationError(f"{options.workload} {why}")
    if options.flag:
        entry_named(workload.feature_flags.flags, options.flag, "flag", f"the workload {options.workload}")
    flags = Flags(options.workload, workload.feature_flags, clients_in(inventory.region))
    if options.action == "set":
        if not options.flag or not options.value:
            raise OperationError("say which flag, and on or off: flags WORKLOAD set FLAG on")
        yield from flags.set(options.flag, VALUES[options.value], at_once=options.at_once, ignore_alarms=options.ignore_alarms)
    elif options.action == "get":
        yield from flags.get(options.flag)
    else:
        yield from flags.back() if options.action == "back" else flags.clear()


class Flags:
    """The flags of one workload in one stack."""

    def __init__(self, workload: str, entry: FlagsEntry, clients: Client, sleep: Callable[[float], None] = time.sleep) -> None:
        self._workload, self._entry, self._clients, self._sleep = workload, entry, clients, sleep
        self._api = clients("appconfig")
        self._in_environment = {"ApplicationId": entry.application_id, "EnvironmentId": entry.environment_id}
        self._in_profile = {"ApplicationId": entry.application_id, "ConfigurationProfileId": entry.profile_id}

    def get(self, flag: str | None) -> Iterator[str]:
        """Each flag with its value; who changed what last; what is under way."""
        deployments = self._deployments()
        values = self._values(deployments)
        for name, known in self._entry.flags.items():
            if flag in (None, name):
                given = values.get(name, known.default)
                told = "" if given == known.default else f" (the manifest's default: {_word(known.default)})"
                yield f"{name}: {_word(given)}{told}  {known.description}"
        if deployments:
            number = deployments[0]["DeploymentNumber"]
            yield f"last change: {self._said(self._deployment(number))}"

    def set(self, flag: str, value: bool, *, at_once: bool, ignore_alarms: bool) -> Iterator[str]:
        """One flag; the others stay as they are."""
        deployments = self._deployments()
        self._refuse_running(deployments)
        values = self._values(deployments)
        whole = {name: values.get(name, known.default) for name, known in self._entry.flags.items()}
        if whole[flag] == value and flag in values:
            yield f"{self._workload}: {flag} is {_word(value)} already"
            return
        if not ignore_alarms:
            self._refuse_alarms()
        number = self._new_version(whole | {flag: value})
        self._monitors([] if ignore_alarms else self._wanted_monitors())
        try:
            started = self._start(number, f"{flag} {_word(value)}, by {self._who()}", AT_ONCE if at_once else self._entry.strategy_id)
            yield f"{self._workload}: {flag} {_word(value)}, deployment {started}" + ("" if at_once or not self._entry.minutes else f", {self._entry.minutes} minutes")
            yield from self._follow(started)
        finally:
            self._monitors(self._wanted_monitors())
        yield f"{self._workload}: {flag} is {_word(value)}; functions see it within half a minute"
        self._prune(number)

    def back(self) -> Iterator[str]:
        """Takes the last change back at once, whether it is under way or done."""
        deployments = self._deployments()
        last = deployments[0] if deployments else None
        if last and last["State"] in TAKEN_BACK:
            yield f"{self._workload}: the last change was taken back already: {self._said(self._deployment(last['DeploymentNumber']))}"
            return
        if len([each for each in deployments if each["State"] not in TAKEN_BACK]) < 2 or last is None:
            raise OperationError(f"nobody has changed a flag of {self._workload}: there is nothing to take back")
        said = self._said(self._deployment(last["DeploymentNumber"]))
        self._api.stop_deployment(**self._in_environment, DeploymentNumber=last["DeploymentNumber"], AllowRevert=True)
        yield f"{self._workload}: taken back: {said}"
        yield from self.get(None)

    def clear(self) -> Iterator[str]:
        """Deletes all versions but the program's own, so that an update can take the flags away: AppConfig deletes no profile that has others."""
        self._refuse_running(self._deployments())
        gone = [number for number in self._versions() if number != self._entry.first_version]
        for number in gone:
            self._delete(number)
        yield f"{self._workload}: {len(gone)} version{'' if len(gone) == 1 else 's'} of flags deleted; take them out of the manifest, or the phase back, at once"

    def _deployments(self) -> list[dict[str, Any]]:
        """The newest first."""
        found = self._pages("list_deployments", self._in_environment)
        return sorted(found, key=lambda each: -int(each["DeploymentNumber"]))

    def _versions(self) -> list[int]:
        """Numbers of all versions, the newest first."""
        return sorted((int(each["VersionNumber"]) for each in self._pages("list_hosted_configuration_versions", self._in_profile)), reverse=True)

    def _pages(self, operation: str, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for page in self._api.get_paginator(operation).paginate(**given):
            yield from page["Items"]

    def _values(self, deployments: list[dict[str, Any]]) -> dict[str, bool]:
        """Of the newest version that was not taken back; a flag that is not in it has its default."""
        current = next((each for each in deployments if each["State"] not in TAKEN_BACK), None)
        if current is None:
            return {}
        answer = self._api.get_hosted_configuration_version(**self._in_profile, VersionNumber=int(current["ConfigurationVersion"]))
        return {name: bool(each["default"]) for name, each in json.loads(answer["Content"].read()).items()}

    def _deployment(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self._api.get_deployment(**self._in_environment, DeploymentNumber=number)
        return found

    def _new_version(self, values: dict[str, bool]) -> int:
        content = json.dumps({name: {"default": value} for name, value in values.items()}, sort_keys=True).encode()
        latest = self._versions()
        known = {"LatestVersionNumber": latest[0]} if latest else {}  # refused where somebody was faster
        try:
            answer = self._api.create_hosted_configuration_version(**self._in_profile, Content=content, ContentType="application/json", **known)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConflictException":
                raise
            raise OperationError(f"somebody else has just changed flags of {self._workload}: look at them with get, and try again") from None
        return int(answer["VersionNumber"])

    def _start(self, version: int, description: str, strategy: str) -> int:
        try:
            answer = self._api.start_deployment(
                **self._in_environment, ConfigurationProfileId=self._entry.profile_id, ConfigurationVersion=str(version),
                DeploymentStrategyId=strategy, Description=description[:1024],
            )  # fmt: skip
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConflictException":
                raise
            raise OperationError(f"another change of {self._workload} has just begun: wait for it, or take it back with back") from None
        return int(answer["DeploymentNumber"])

    def _follow(self, number: int) -> Iterator[str]:
        shown = ""
        while True:
            deployment = self._deployment(number)
            state, line = deployment["State"], f"  {deployment['State'].lower().replace('_', ' ')}, {deployment['PercentageComplete']:g} % of the functions"
            if line != shown:
                shown = line
                yield line
            if state == "COMPLETE":
                return
            if state in TAKEN_BACK:
                raise OperationError(f"the change of {self._workload} was taken back: functions have what they had before\n  {_why(deployment)}")
            self._sleep(POLL_SECONDS)

    def _refuse_running(self, deployments: list[dict[str, Any]]) -> None:
        if deployments and deployments[0]["State"] in RUNNING:
            said = self._said(self._deployment(deployments[0]["DeploymentNumber"]))
            raise OperationError(f"a change of {self._workload} is under way: {said}. Wait for it, or take it back: flags {self._workload} back")

    def _refuse_alarms(self) -> None:
        """Before anything is made: AppConfig would take the change back within a minute."""
        if not self._entry.monitors:
            return
        found = self._clients("cloudwatch").describe_alarms(AlarmNames=list(self._entry.monitors), StateValue="ALARM")["MetricAlarms"]
        if found:
            names = ", ".join(each["AlarmName"] for each in found)
            raise OperationError(f"{names} fires, and would take the change back at once: to switch off what it tells of, add --ignore-alarms")

    def _wanted_monitors(self) -> list[dict[str, str]]:
        if not self._entry.monitors:
            return []
        found = self._clients("cloudwatch").describe_alarms(AlarmNames=list(self._entry.monitors))["MetricAlarms"]
        arns = {each["AlarmName"]: each["AlarmArn"] for each in found}
        return [{"AlarmArn": arns[name], "AlarmRoleArn": self._entry.monitor_role_arn} for name in self._entry.monitors if name in arns]

    def _monitors(self, wanted: list[dict[str, str]]) -> None:
        """Also what a change that was killed has left without."""
        given = self._api.get_environment(**self._in_environment).get("Monitors") or []
        if sorted(each["AlarmArn"] for each in given) != sorted(each["AlarmArn"] for each in wanted):
            self._api.update_environment(**self._in_environment, Monitors=wanted)

    def _prune(self, current: int) -> None:
        for number in self._versions()[KEPT_VERSIONS:]:
            if number not in (self._entry.first_version, current):
                self._delete(number)

    def _delete(self, number: int) -> None:
        self._api.delete_hosted_configuration_version(**self._in_profile, VersionNumber=number)

    def _who(self) -> str:
        return str(self._clients("sts").get_caller_identity()["Arn"])

    def _said(self, deployment: dict[str, Any]) -> str:
        began = deployment.get("StartedAt")
        at = f"{began:%Y-%m-%d %H:%M:%S %Z}" if hasattr(began, "strftime") else str(began)
        return f"{deployment.get('Description') or 'not said what'}, on {at}, {deployment['State'].lower().replace('_', ' ')}"


def _word(value: bool) -> str:
    return "on" if value else "off"


def _why(deployment: dict[str, Any]) -> str:
    """Of the newest event that says who began to take it back."""
    for event in deployment.get("EventLog", ()):
        if event["EventType"] in ("ROLLBACK_STARTED", "REVERT_COMPLETED"):
            return f"{event['TriggeredBy'].lower().replace('_', ' ')}: {event.get('Description', '')}"
    return "AppConfig says no reason"
