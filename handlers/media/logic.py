"""What a file really is, and what becomes of it. No Lambda, no AWS."""

import hashlib
import re
from typing import NamedTuple

from media.contracts import ContentType

KEY = re.compile(r"incoming/(?P<owner>[0-9a-f]{32})/(?P<upload_id>upl_[0-9a-f]{32})")
HEAD_BYTES = 16
"""Enough for every signature below."""

MP4_BRANDS = (b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV")
"""Major brands (https://mp4ra.org/registered-types/brands). QuickTime (`qt  `) and HEIC pictures have the same box and are no MP4."""

SIGNATURES: dict[ContentType, tuple[tuple[int, bytes], ...]] = {
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/gif": ((0, b"GIF87a"), (0, b"GIF89a")),
    "application/pdf": ((0, b"%PDF-"),),
    "video/mp4": tuple((4, b"ftyp" + brand) for brand in MP4_BRANDS),
}
"""Type -> (offset, bytes), any of which it begins with. Source: the formats' own specifications.

A file may be of one type by its first bytes and of another one for who reads it from its end: what is served from the bucket
has to be served under its content type and nothing else (`X-Content-Type-Options: nosniff`).
"""


class Expected(NamedTuple):
    """What the caller said that it would send."""

    content_type: str
    size_bytes: int


class Arrived(NamedTuple):
    """What S3 has."""

    content_type: str
    size_bytes: int
    head: bytes
    etag: str = ""
    """S3's name of this content; empty for an empty file."""


def owner(caller: str) -> str:
    """The caller in keys: nobody who sees a key learns who it is."""
    return hashlib.sha256(caller.encode()).hexdigest()[:32]


def incoming_key(caller: str, upload_id: str) -> str:
    return f"incoming/{owner(caller)}/{upload_id}"


def upload_of(key: str) -> str | None:
    """The upload's id in a key of an incoming file; None for a key that no ticket has led to."""
    found = KEY.fullmatch(key)
    return found["upload_id"] if found else None


def name_of(key: str) -> str:
    """Name in quarantine of a file that no ticket has led to. The digest keeps `a/b` and `a_b` apart."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:16]}-{key.replace('/', '_')[-200:]}"


def kind_of(head: bytes) -> str | None:
    """Type by the file's first bytes, None if it is none that is taken."""
    for content_type, signatures in SIGNATURES.items():
        if any(head[offset : offset + len(signature)] == signature for offset, signature in signatures):
            return content_type
    return None


def objection(expected: Expected | None, arrived: Arrived) -> str | None:
    """Why a file has to go into quarantine; None for a good one."""
    if expected is None:
        return "nobody asked to send it"
    if arrived.size_bytes != expected.size_bytes:
        return f"has {arrived.size_bytes} bytes, not the {expected.size_bytes} that were announced"
    if arrived.content_type != expected.content_type:
        return f"says it is {arrived.content_type[:100]}, not {expected.content_type}"
    really = kind_of(arrived.head)
    if really != expected.content_type:
        return f"is {really or 'of no type that is taken'} by its first bytes, not {expected.content_type}"
    return None
