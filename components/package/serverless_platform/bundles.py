"""The code of functions as archives that are the same on every machine.

A bundle holds the modules that a function really imports from `handlers/`; third-party packages come from one layer for
all functions. `python -m serverless_platform.build functions` writes all bundles, `... build layer --stack S` the layer.

Archives are stored, not compressed, with sorted names and one fixed date: two machines compress alike only if their
versions of zlib are alike, and a different archive is a new version of the function.
"""

import ast
import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip knows."""
DATA_SUFFIXES = frozenset({".json", ".yaml", ".yml", ".txt", ".csv", ".graphql"})
"""Files beside an imported module that go with it."""


class BundleError(Exception):
    """A bundle or the layer cannot be used; the message says why and what to do."""


@dataclass
class Sources:
    """The modules under `root` that a handler reaches by its imports, imports inside functions included."""

    root: Path
    files: dict[str, Path] = field(default_factory=dict)
    """Path in the bundle -> file."""

    def add(self, module: str) -> bool:
        """Adds `module`, the packages it lies in and all that it imports; False if `root` has no such module."""
        found = self._file(module)
        if found is None:
            return False
        parts = module.split(".")
        packages = [".".join(parts[:length]) for length in range(1, len(parts))]
        for each, file in [*((package, self._file(package)) for package in packages), (module, found)]:
            if file is None:  # a package without __init__.py
                continue
            key = file.relative_to(self.root).as_posix()
            if key in self.files:
                continue
            self.files[key] = file
            self._add_data(file.parent)
            for imported in _imports(file, each, package=file.name == "__init__.py"):
                self.add(imported)
        return True

    def _file(self, module: str) -> Path | None:
        path = self.root.joinpath(*module.split("."))
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                return candidate
        return None

    def _add_data(self, folder: Path) -> None:
        if folder == self.root:
            return
        for file in folder.iterdir():
            if file.is_file() and file.suffix in DATA_SUFFIXES and not file.name.startswith("."):
                self.files[file.relative_to(self.root).as_posix()] = file


def _imports(file: Path, module: str, package: bool) -> Iterator[str]:
    """Every module that `file` may import; `from a import b` may mean the module a.b or a name in a."""
    try:
        tree = ast.parse(file.read_text(), filename=str(file))
    except SyntaxError as error:
        raise BundleError(f"{file}:{error.lineno}: {error.msg}") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")
                above = parents[: len(parents) - node.level + (1 if package else 0)]
                base = ".".join([*above, base] if base else above)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")


def sources(handlers: Path, handler: str) -> dict[str, Path]:
    """What the bundle of entry point `handler` (MODULE.FUNCTION) holds: path in the bundle -> file.

    Raises BundleError if there is no such module. Imports by computed names are not seen.
    """
    found, module = Sources(handlers), handler.rpartition(".")[0]
    if not found.add(module):
        expected = handlers.joinpath(*module.split(".")).with_suffix(".py")
        raise BundleError(f"handler {handler}: there is no {expected.relative_to(handlers.parent)}; make it or correct `handler`")
    if not _defines(found.files[_key(handlers, module)], handler.rpartition(".")[2]):
        raise BundleError(f"handler {handler}: the module does not define `{handler.rpartition('.')[2]}` at its top level")
    return dict(sorted(found.files.items()))


def _key(handlers: Path, module: str) -> str:
    path = handlers.joinpath(*module.split("."))
    file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
    return file.relative_to(handlers).as_posix()


def _defines(file: Path, name: str) -> bool:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            return True
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                return True
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any((a.asname or a.name) == name for a in node.names):
            return True
    return False


def write_zip(target: Path, content: Mapping[str, Path], comment: str = "") -> bool:
    """Writes `content` (path in the archive -> file) to `target`; False if it was there already, byte by byte."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")  # two processes may write the same bundle at once
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = comment.encode()
        for name, file in sorted(content.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, whatever the machine
            archive.writestr(entry, file.read_bytes())
    same = target.exists() and digest([target]) == digest([draft])
    if same:
        draft.unlink()
    else:
        draft.replace(target)
    return not same


def digest(files: Iterable[Path], *extra: str) -> str:
    """SHA-256 over the contents of `files` and `extra`."""
    result = hashlib.sha256("\0".join(extra).encode())
    for file in files:
        result.update(file.read_bytes())
    return result.hexdigest()


def write_bundle(handlers: Path, build: Path, workload: str, function: str, handler: str) -> Path:
    """The bundle of one function in `build`, written only if it has changed."""
    target = build / f"{workload}-{function}.zip"
    write_zip(target, sources(handlers, handler))
    return target
