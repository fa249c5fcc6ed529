"""Makes `data/types/*.json` from the installed pulumi_aws, and `data/limits.json` from botocore's service models.

    python -m aws_provider.generate [--check]

`--check` writes nothing and fails when a file would change. `data/replace.json` is not made here: its `_about` says
where it comes from.
"""

import ast
import json
import sys
from collections import defaultdict
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from . import data
from .limits import limits_of
from .registry import all_types, table

SCALARS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


@cache
def package() -> Path:
    spec = find_spec("pulumi_aws")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


@cache
def classes(path: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)}


def folder(module: str) -> Path:
    """The folder of a Pulumi module: `lambda` is a keyword in Python, so it is `lambda_` there."""
    plain = package() / module
    return plain if plain.is_dir() else package() / f"{module}_"


def find_classes(module: str, name: str) -> tuple[ast.ClassDef, ast.ClassDef]:
    """The class of a resource, and that of its arguments, which is `XInitArgs` where a nested type is called `XArgs`."""
    for path in sorted(folder(module).glob("*.py")):
        if f"class {name}(pulumi.CustomResource)" in path.read_text():
            found = classes(path)
            return found[name], found.get(f"{name}InitArgs") or found[f"{name}Args"]
    raise SystemExit(f"pulumi_aws {version('pulumi-aws')} has no {module}.{name}")


def properties(node: ast.ClassDef) -> dict[str, ast.expr]:
    """Property name on the wire -> annotation, from the getters of a generated class."""
    found = {}
    for item in node.body:
        if not isinstance(item, ast.FunctionDef) or item.returns is None:
            continue
        for decorator in item.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            target = call.func if call else decorator
            if isinstance(target, ast.Attribute) and target.attr == "getter":
                name = ast.literal_eval(call.keywords[0].value) if call and call.keywords else item.name
                found[name] = item.returns
    return found


def required(node: ast.ClassDef) -> set[str]:
    init = next(item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__")
    pairs = zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)
    return {argument.arg for argument, default in pairs if default is None}


def wire_names(node: ast.ClassDef) -> dict[str, str]:
    """Python name -> name on the wire."""
    names = {}
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.decorator_list:
            for name in properties(ast.ClassDef(name="", bases=[], keywords=[], body=[item], decorator_list=[])):
                names[item.name] = name
    return names


def type_of(node: ast.expr, nested: set[str]) -> Any:
    """The type of an annotation: "string", ["list", T], ["map", T], ["object", NAME], "archive", "asset" or "any"."""
    match node:
        case ast.Subscript(value=outer, slice=inner):
            name = outer.attr if isinstance(outer, ast.Attribute) else getattr(outer, "id", "")
            if name in {"Input", "Output", "Optional"}:
                return type_of(inner, nested)
            if name == "Sequence":
                return ["list", type_of(inner, nested)]
            if name == "Mapping" and isinstance(inner, ast.Tuple):
                return ["map", type_of(inner.elts[1], nested)]
            if name == "Union" and isinstance(inner, ast.Tuple):
                return type_of(inner.elts[0], nested)
        case ast.Attribute(attr=attr):
            return SCALARS.get(attr) or {"Archive": "archive", "Asset": "asset"}.get(attr, "any")
        case ast.Constant(value=str() as name):
            plain = name.removeprefix("outputs.")
            plain = plain if plain.endswith("Args") else f"{plain}Args"
            nested.add(plain)
            return ["object", plain.removesuffix("Args")]
    return "any"


def described(node: ast.ClassDef, nested: set[str]) -> dict[str, Any]:
    names = wire_names(node)
    found = properties(node)
    return {
        "inputs": {name: type_of(annotation, nested) for name, annotation in sorted(found.items())},
        "required": sorted(names[each] for each in required(node) if each in names),
    }


def type_data(token: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Module, description of the type, and of all nested types that it reaches."""
    module = token.split(":")[1].split("/")[0]
    name = token.split(":")[2]
    nested: set[str] = set()
    resource_class, arguments = find_classes(module, name)
    described_type = described(arguments, nested)
    outputs: set[str] = set()
    resource = properties(resource_class)
    described_type["outputs"] = {key: type_of(value, outputs) for key, value in sorted(resource.items())}
    done: dict[str, Any] = {}
    nested_classes = classes(folder(module) / "_inputs.py") if (folder(module) / "_inputs.py").exists() else {}
    while todo := sorted(nested - {f"{key}Args" for key in done}):
        for each in todo:
            key = each.removesuffix("Args")
            if each in nested_classes:
                done[key] = described(nested_classes[each], nested)
            else:  # an enumeration, or a type of another module: its values are judged by botocore's model
                done[key] = None
    return module, described_type, done


def provider_data() -> dict[str, Any]:
    nested: set[str] = set()
    node = classes(package() / "provider.py")["ProviderArgs"]
    result = described(node, nested)
    inputs = classes(package() / "_inputs.py")
    result["nested"] = {each.removesuffix("Args"): described(inputs[each], nested) for each in sorted(nested) if each in inputs}
    return result


def files() -> dict[Path, str]:
    modules: dict[str, dict[str, Any]] = defaultdict(lambda: {"types": {}, "nested": {}})
    for token in all_types():
        module, description, nested = type_data(token)
        modules[module]["types"][token] = description
        modules[module]["nested"] |= nested
    origin = f"pulumi_aws {version('pulumi-aws')}"
    made: dict[Path, Any] = {
        data.FOLDER / "types" / f"{module}.json": {"_about": f"from {origin}", **content} for module, content in modules.items()
    }
    made[data.FOLDER / "provider.json"] = {"_about": f"from {origin}", **provider_data()}
    return {path: json.dumps(content, indent=1, sort_keys=True) + "\n" for path, content in made.items()}


def limits_file() -> dict[Path, str]:
    """Of every type whose call is named, also where the emulator lacks it."""
    found = {entry.token: limits for entry in table().values() if entry.create and (limits := limits_of(entry))}
    about = f"enum, pattern, range and length of inputs, from the service models of botocore {version('botocore')}"
    return {data.FOLDER / "limits.json": json.dumps({"_about": about, **found}, indent=1, sort_keys=True) + "\n"}


def main() -> int:
    check, stale = "--check" in sys.argv[1:], []
    for made in (files, limits_file):  # the limits are found by the names in the types
        for path, text in made().items():
            if not path.exists() or path.read_text() != text:
                stale.append(path.name)
                if not check:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
        data.forget()
    print(f"{'stale' if check else 'written'}: {', '.join(stale) or 'nothing'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
