"""Whom a policy lets in: everybody, another account or organisation, a service that acts for anybody, whoever logs in."""

import re
from collections.abc import Callable, Iterator

from guardrails.documents.model import Principal, Statement
from guardrails.documents.places import Document, Kind
from guardrails.documents.strangers import Stranger, Values, denied, logged_in, meets
from guardrails.limits import KMS_WITHOUT_SOURCE

SILENT = frozenset({*(("kms", service) for service in KMS_WITHOUT_SOURCE), ("iam", "apigateway.amazonaws.com")})
"""(service of the policy, principal) where AWS sends nothing that says for whom it acts, so that a condition on it lets nobody in. KMS: the
contract's catalogue of services; API Gateway documents no key for the role with which it writes logs."""

SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:principalorgid", "aws:principalaccount", "aws:principalarn")
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_ORGANISATION = re.compile(r"o-[a-z0-9]{10,32}")
PROVIDERS = ("cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com")
"""Providers of identities in which anybody may have an account, beside those made in IAM (`oidc-provider/`)."""


def _meets(document: Document, statement: Statement, request: Callable[[str, str], Values]) -> bool:
    return meets(statement.conditions, request) and not denied(document.statements, statement, request)


def everybody(document: Document, statement: Statement) -> bool:
    """Whether a stranger may do it, by himself or through any service of AWS."""
    stranger = Stranger()
    return statement.everybody() and (
        _meets(document, statement, stranger.by_himself) or _meets(document, statement, stranger.through("sns.amazonaws.com"))
    )


def strangers(statement: Statement, own: frozenset[str]) -> Iterator[Stranger]:
    """Somebody invented, and everybody else's accounts and organisations that the conditions name."""
    yield Stranger()
    for condition in statement.conditions:
        for value in condition.values if condition.key in SOURCES or condition.key.startswith("kms:encryptioncontext:") else ():
            yield from (Stranger(account, named=True) for account in _ACCOUNT.findall(value) if own and account not in own)
            yield from (Stranger(organisation=each, named=True) for each in _ORGANISATION.findall(value))


def others(document: Document, statement: Statement, own: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(principal, whom it lets in) of accounts that are not ours, and that the statement names. Of everybody: whom the conditions name."""
    for principal in statement.principals:
        if principal.everybody:
            continue
        account = principal.account
        if account and account not in own and _meets(document, statement, Stranger(account, named=True).by_himself):
            yield str(principal), f"account {account}"
    if statement.everybody() and not everybody(document, statement):
        for stranger in strangers(statement, own):
            if stranger.named and _meets(document, statement, stranger.by_himself):
                yield "*", _called(stranger)


def deputies(document: Document, statement: Statement, own: frozenset[str]) -> Iterator[tuple[Principal, str]]:
    """(service, for whom it acts) where a service of AWS would act for others."""
    for principal in statement.principals:
        if principal.kind != "Service" or (document.service, principal.name) in SILENT:
            continue
        for stranger in strangers(statement, own):
            if any(_meets(document, statement, stranger.through(principal.name, silent)) for silent in (False, True)):
                yield principal, _called(stranger) if stranger.named else "anybody"
                break


def whole_account(document: Document, statement: Statement, own: frozenset[str]) -> Iterator[Principal]:
    """Principals that stand for all of our own account, where no condition says who in it. Everybody is, where a condition names the account."""
    for principal in statement.principals:
        if not (principal.is_account or principal.everybody) or everybody(document, statement):
            continue
        account = next(iter(own), "") if principal.everybody else principal.account
        if account in own and _meets(document, statement, Stranger(account, own=True).by_himself):
            yield principal


def anybody_who_logs_in(document: Document, statement: Statement) -> Iterator[Principal]:
    """Providers of identities whose every user may take the role."""
    if document.kind is Kind.TRUST:
        for principal in statement.principals:
            provider = principal.kind == "Federated" and ("oidc-provider/" in principal.name or principal.name in PROVIDERS)
            if provider and _meets(document, statement, logged_in):
                yield principal


def _called(stranger: Stranger) -> str:
    return f"organisation {stranger.organisation}" if stranger.organisation else f"account {stranger.account}"
