"""Properties as they come over gRPC: protobuf Structs to Python values and back.

Unknown values are `UNKNOWN`. Secrets are unwrapped: the provider tells the engine that it does not take them, and the engine
marks outputs of the same name as secret by itself. Assets and archives stay objects that carry a signature.
"""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

from google.protobuf import struct_pb2

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown:
    """A value that is decided in the update."""

    def __repr__(self) -> str:
        return "unknown"

    def __deepcopy__(self, memo: Any) -> "Unknown":
        return self


UNKNOWN = Unknown()


def has_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(has_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(has_unknown(each) for each in value)
    return value is UNKNOWN


def signature(value: Any) -> str | None:
    return value.get(SIGNATURE) if isinstance(value, dict) else None


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == UNKNOWN_TEXT else value.string_value
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case "struct_value":
            inner = from_struct(value.struct_value)
            return inner.get("value") if inner.get(SIGNATURE) == SECRET else inner
        case "list_value":
            return [_from_value(each) for each in value.list_value.values]
    return None


def to_struct(values: dict[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    for key, value in values.items():
        if value is not None:
            _fill(struct.fields[key], value)
    return struct


def _fill(target: struct_pb2.Value, value: Any) -> None:
    if value is UNKNOWN:
        target.string_value = UNKNOWN_TEXT
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        for key, each in value.items():
            if each is not None:
                _fill(target.struct_value.fields[key], each)
    elif isinstance(value, (list, tuple)):
        target.list_value.SetInParent()
        for each in value:
            _fill(target.list_value.values.add(), each)
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    else:
        raise TypeError(f"{type(value).__name__} cannot be a property")


def asset_bytes(asset: dict[str, Any]) -> bytes:
    """What is in an asset: text, or a file. Raises ValueError for a remote one: the provider reads this machine only."""
    if "text" in asset:
        return asset["text"].encode()
    if "path" in asset:
        return Path(asset["path"]).read_bytes()
    raise ValueError("an asset with a uri is not read: give its text or a path")


def archive_bytes(archive: dict[str, Any]) -> bytes:
    """The zip of an archive: the file itself, or one made of its assets, the same bytes for the same content.

    Raises ValueError for an archive that is not on this machine, OSError when its file cannot be read.
    """
    if "path" in archive:
        path = Path(archive["path"])
        if path.is_file():
            return path.read_bytes()
        files = {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}
        return _zip(files)
    if "assets" in archive:
        files = {}
        for name, each in archive["assets"].items():
            if signature(each) == ARCHIVE:
                with zipfile.ZipFile(io.BytesIO(archive_bytes(each))) as inner:
                    files |= {f"{name}/{member}": inner.read(member) for member in inner.namelist()}
            else:
                files[name] = asset_bytes(each)
        return _zip(files)
    raise ValueError("an archive with a uri is not read: give a path or assets")


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # the oldest time that a zip can hold
            info.external_attr, info.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            made.writestr(info, files[name])
    return buffer.getvalue()


def with_hash(value: Any) -> Any:
    """An asset or archive with the hash by which changes are seen; the engine has put it there, as a rule."""
    if signature(value) not in (ASSET, ARCHIVE) or value.get("hash"):
        return value
    content = asset_bytes(value) if signature(value) == ASSET else archive_bytes(value)
    return {**value, "hash": hashlib.sha256(content).hexdigest()}
