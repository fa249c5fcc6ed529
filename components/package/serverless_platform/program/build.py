"""`python -m serverless_platform.program.build functions|layer [--stack STACK]`: writes the bundles of all functions, or the layer.

With `--python INTERPRETER` it also imports every handler there, with the layer and nothing else.
"""

import argparse
import sys
from pathlib import Path

from platform_contract.platform.diagnostics import ProblemsError

from ..bundles import BundleError, Modules, write_bundle
from .check_imports import check_imports
from .layers import build_layer
from .reading import Project, read_project


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m serverless_platform.program.build", description="Writes bundles, or the layer.")
    parser.add_argument("what", choices=["functions", "layer"])
    parser.add_argument("--stack", default="local", help="the stack whose settings say where functions run")
    parser.add_argument("--python", type=Path, help="layer: the interpreter in which functions run here, to import every handler in it")
    options = parser.parse_args()
    try:
        project = read_project(Path.cwd(), options.stack)
        if options.what == "layer":
            write_layer(project)
            if options.python:
                imported, same = check_imports(project, options.python)
                print(f"{imported} handlers imported, {same} unchanged")  # noqa: T201
        else:
            write_functions(project)
    except (BundleError, ProblemsError) as error:
        sys.exit(str(error))


def write_layer(project: Project) -> None:
    layer, built = build_layer(project.build, project.requirements, project.layer_target)
    print(f"{layer.name}: {layer.stat().st_size / 1e6:.1f} MB, {'built' if built else 'up to date'}")  # noqa: T201


def write_functions(project: Project) -> None:
    modules = Modules(project.handlers)
    for workload, manifest in project.manifests.items():
        for function, spec in manifest.functions.items():
            bundle = write_bundle(project.handlers, project.build, workload, function, spec.handler, modules)
            print(f"{bundle.name}: {bundle.stat().st_size / 1e3:.1f} kB")  # noqa: T201


if __name__ == "__main__":
    main()
