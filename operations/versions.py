"""Versions of one function, by its physical name: which there are, which one is live, and deleting those that nobody goes back to."""

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

ALIAS = "live"
KEPT_VERSIONS = 5
"""Newest versions of a function that stay, besides the live one and those that a rollback needs. Lambda keeps all of them otherwise, and an
account's code may have 75 GB (Lambda quotas)."""


def versions_of(lambdas: Any, physical: str) -> dict[str, str]:
    """Number -> digest of its code, oldest first."""
    pages = lambdas.get_paginator("list_versions_by_function").paginate(FunctionName=physical)
    found = {each["Version"]: each["CodeSha256"] for page in pages for each in page["Versions"] if each["Version"].isdecimal()}
    return dict(sorted(found.items(), key=lambda each: int(each[0])))


def delete_old(lambdas: Any, physical: str, kept: Iterable[str]) -> int:
    """How many were deleted. kept: versions to leave whatever their age."""
    versions = list(versions_of(lambdas, physical))
    stay = {*versions[-KEPT_VERSIONS:], *kept, lambdas.get_alias(FunctionName=physical, Name=ALIAS)["FunctionVersion"]}
    gone = 0
    for version in versions:
        if version not in stay:
            try:
                lambdas.delete_function(FunctionName=physical, Qualifier=version)
                gone += 1
            except ClientError as error:  # an alias has it: another one, or this one while a release shifts traffic
                if error.response["Error"]["Code"] != "ResourceConflictException":
                    raise
    return gone


def told(function: str, gone: int) -> str:
    return f"{function}: {gone} old version{'s' * (gone != 1)} deleted"
