"""The code of functions as archives that are the same on every machine.

A bundle holds the modules that a function really imports from `handlers/`; third-party packages come from one layer for
all functions. `python -m serverless_platform.program.build functions` writes all bundles, `... build layer --stack S` the layer.

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


@dataclass(frozen=True)
class Module:
    """One file of Python, and what it may import; `from a import b` may mean the module a.b or a name in a."""

    key: str
    """Its path in a bundle."""
    file: Path
    imports: tuple[str, ...]
    data: tuple[tuple[str, Path], ...]
    """Files beside it that go with it: path in a bundle, file."""


@dataclass
class Modules:
    """The modules under `root`. Each is looked up and parsed once: functions share most of what they import."""

    root: Path
    _found: dict[str, Module | None] = field(default_factory=dict)
    _data: dict[Path, tuple[tuple[str, Path], ...]] = field(default_factory=dict)

    def reached(self, module: str) -> dict[str, Path]:
        """What `module` needs: itself, the packages it lies in and all that they import, also inside functions: path in the bundle -> file.

        Empty if `root` has no such module.
        """
        files: dict[str, Path] = {}
        seen, waiting = set(), [module]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            found = self.get(name)
            if found is None:
                continue
            files[found.key] = found.file
            files |= found.data
            waiting += found.imports
            if parent := name.rpartition(".")[0]:
                waiting.append(parent)
        return files

    def get(self, module: str) -> Module | None:
        """None if `root` has no such module. Raises BundleError if it cannot be parsed."""
        if module not in self._found:
            self._found[module] = self._read(module)
        return self._found[module]

    def _read(self, module: str) -> Module | None:
        path = self.root.joinpath(*module.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                imports = tuple(_imports(file, module, package=file.name == "__init__.py"))
                return Module(file.relative_to(self.root).as_posix(), file, imports, self._beside(file.parent))
        return None

    def _beside(self, folder: Path) -> tuple[tuple[str, Path], ...]:
        if folder == self.root:
            return ()
        if folder not in self._data:
            self._data[folder] = tuple(
                (file.relative_to(self.root).as_posix(), file)
                for file in folder.iterdir()
                if file.suffix in DATA_SUFFIXES and not file.name.startswith(".") and file.is_file()
            )
        return self._data[folder]


def _imports(file: Path, module: str, package: bool) -> Iterator[str]:
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


def sources(handlers: Path, handler: str, modules: Modules | None = None) -> dict[str, Path]:
    """What the bundle of entry point `handler` (MODULE.FUNCTION) holds: path in the bundle -> file.

    `modules` are those of `handlers`, for who asks for several entry points. Raises BundleError if there is no such module.
    Imports by computed names are not seen.
    """
    modules = modules or Modules(handlers)
    module, _, name = handler.rpartition(".")
    entry = modules.get(module)
    if entry is None:
        expected = handlers.joinpath(*module.split(".")).with_suffix(".py")
        raise BundleError(f"handler {handler}: there is no {expected.relative_to(handlers.parent)}; make it or correct `handler`")
    if not _defines(entry.file, name):
        raise BundleError(f"handler {handler}: the module does not define `{name}` at its top level")
    return dict(sorted(modules.reached(module).items()))


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


def write_bundle(
    handlers: Path, build: Path, workload: str, function: str, handler: str, modules: Modules | None = None
) -> Path:
    """The bundle of one function in `build`, written only if it has changed."""
    target = build / f"{workload}-{function}.zip"
    write_zip(target, sources(handlers, handler, modules))
    return target
