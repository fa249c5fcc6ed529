"""What is found out about a document. No Lambda, no AWS."""

import hashlib
import re
import unicodedata
from collections import Counter

from documents.contracts import Metadata, Preview, TextFacts
from shared.errors import PermanentFailure

PREVIEW_LINES, PREVIEW_CHARACTERS, FREQUENT_WORDS = 5, 200, 10
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
LANGUAGES = {
    "en": {"the", "and", "of", "to", "is", "it", "that", "with", "for", "you"},
    "de": {"der", "die", "das", "und", "ist", "nicht", "mit", "ein", "eine", "zu"},
    "fr": {"le", "la", "les", "et", "est", "une", "des", "pour", "dans", "que"},
}
"""Code -> words that are frequent in it and rare in the others."""
LEAST_HITS = 2
"""Frequent words that have to occur before a language is guessed."""


def decoded(content: bytes) -> str:
    """The document as text. Raises PermanentFailure: what is no UTF-8 today will be none tomorrow."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PermanentFailure(f"the document is not text in UTF-8: byte {error.start}") from None


def text_facts(content: bytes) -> TextFacts:
    text = decoded(content)
    words = [word.lower() for word in WORD.findall(text)]
    frequent = Counter(word for word in words if len(word) >= 4)
    ranked = sorted(frequent.items(), key=lambda entry: (-entry[1], entry[0]))
    return TextFacts(
        characters=len(text), words=len(words), lines=len(text.splitlines()), frequent=[word for word, _ in ranked[:FREQUENT_WORDS]]
    )


def preview(content: bytes) -> Preview:
    """The first lines as anybody may see them: what could move a cursor or turn a line around is left out."""
    lines = []
    for line in decoded(content).splitlines():
        plain = "".join(" " if character == "\t" else character for character in line if unicodedata.category(character) not in HIDDEN or character == "\t")
        if plain.strip():
            lines.append(plain.strip()[:PREVIEW_CHARACTERS].rstrip())
        if len(lines) == PREVIEW_LINES:
            break
    return Preview(lines=lines)


HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Unicode categories of characters that show nothing and change what is around them."""


def metadata(content: bytes) -> Metadata:
    try:
        text, kind = content.decode("utf-8"), "text"
    except UnicodeDecodeError:
        text, kind = "", "binary"
    return Metadata.model_validate({
        "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "kind": kind, "language": language(text),
    })  # fmt: skip


def language(text: str) -> str:
    words = Counter(word.lower() for word in WORD.findall(text))
    hits = {code: sum(words[word] for word in known) for code, known in LANGUAGES.items()}
    best = max(hits, key=lambda code: hits[code])
    second = max(count for code, count in hits.items() if code != best)
    return best if hits[best] >= LEAST_HITS and hits[best] > second else "und"


def document_key(caller: str, name: str, content: bytes) -> str:
    """The same text under the same name by the same caller is the same document, however often it is sent."""
    digest = hashlib.sha256(f"{len(caller)}:{caller}:{len(name)}:{name}:".encode() + content).hexdigest()[:32]
    return f"incoming/{digest}/{name}"
