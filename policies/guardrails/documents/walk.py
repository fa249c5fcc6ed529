"""How rules go through the policies of a resource: what is not known yet is an outcome, what is no document is another rule's."""

from collections.abc import Iterator

from guardrails.documents.model import Statement
from guardrails.documents.places import Document, Kind
from guardrails.resource import Resource
from guardrails.rule import NotKnown


def readable(resource: Resource, *kinds: Kind) -> Iterator[Document | NotKnown]:
    """Documents of these kinds that can be judged; `policy-document-is-valid` finds those that are none."""
    for document in resource.documents:
        if document.kind in kinds:
            if document.unknown:
                yield NotKnown(document.unknown)
            elif not document.error:
                yield document


def allowing(resource: Resource, *kinds: Kind) -> Iterator[tuple[Document, Statement] | NotKnown]:
    """Everything that documents of these kinds allow."""
    for document in readable(resource, *kinds):
        if isinstance(document, NotKnown):
            yield document
        else:
            yield from ((document, statement) for statement in document.statements if statement.allows)


def place(document: Document, statement: Statement, element: str) -> str:
    """Where in a resource an element of a statement is, as findings show it."""
    return f"{document.path} statement {statement.name} {element}" if statement.name else document.path
