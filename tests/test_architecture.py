"""The shape of the house: who imports whom, what the pure core may not touch, what --help may not load."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "reconciler").rglob("*.py"))
}
FLOORS = (
    {"", "errors"},
    {"resource"},
    {"plan"},
    {"source", "providers", "render"},
    {"preview", "waiting", "removal"},  # and every other single module
    {"dispute", "run"},
    {"deletions"},
    {"apply"},
    {"cli"},
    {"__main__"},
)
SINGLE_MODULES = 4
PURE = re.compile(
    r"reconciler\.(resource|plan|render)\b"
    r"|reconciler\.providers\..*\b(codec|inference|mark|operations|permissions|protojson)$"
    r"|reconciler\.providers\..*\b(bodies|fold|labels|reference|registry|serving)$"
)
IMPURE = {"asyncio", "glob", "google", "http", "logging", "multiprocessing", "os", "pathlib", "random"} | {
    *("requests", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "subprocess", "tempfile"),
    *("threading", "time", "urllib3", "yaml"),
}
VAGUE = {"common", "core", "helper", "helpers", "manager", "misc", "util", "utils", "v2"}
HEAVY = {"deepdiff", "google.auth", "requests", "rich", "yaml"}


@cache
def parse(name: str) -> ast.Module:
    return ast.parse(SOURCES[name].read_text(encoding="utf-8"), filename=str(SOURCES[name]))


def imports(name: str) -> Iterator[str]:
    """Yield the full name of everything that a module imports, at its top or later."""
    for node in ast.walk(parse(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str:
    """Give the part of the house a name is in: `plan` for reconciler.plan.diff; `` for the package itself."""
    part = ".".join(name.split(".")[:2])
    return part.removeprefix("reconciler.") if part in SOURCES and "." in part else ""


def floor(part: str) -> int:
    return next((level for level, parts in enumerate(FLOORS) if part in parts), SINGLE_MODULES)


def may_import(importer: str, imported: str) -> bool:
    if "emulator" in {importer, imported}:
        return importer in {"cli", imported}
    return importer == imported or floor(imported) < floor(importer)


@pytest.mark.parametrize("name", SOURCES)
def test_imports_go_downward_only(name: str) -> None:
    ours = {imported for imported in imports(name) if imported.partition(".")[0] == "reconciler"}
    assert {imported for imported in ours if not may_import(room(name), room(imported))} == set()


@pytest.mark.parametrize("name", [name for name in SOURCES if PURE.match(name)])
def test_the_core_is_pure(name: str) -> None:
    assert {imported.partition(".")[0] for imported in imports(name)} & IMPURE == set()


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(parse(name))
    assert set(name.split(".")) & VAGUE == set()


@pytest.mark.parametrize("name", [name for name, path in SOURCES.items() if path.name == "__init__.py"])
def test_a_package_hands_on_nothing_of_its_modules(name: str) -> None:
    assert list(imports(name)) == []


@pytest.mark.process
@pytest.mark.skipif("reconciler.cli.main" not in SOURCES, reason="there is no command yet")
def test_help_loads_nothing_heavy() -> None:
    script = f"""
import sys
from reconciler.cli.main import main
sys.argv = ["reconciler", "--help"]
try:
    main()
finally:
    print(sorted(sys.modules.keys() & {HEAVY!r}), file=sys.stderr)
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "[]\n")
    assert "Usage:" in run.stdout


def test_the_core_knows_no_service_by_name() -> None:
    """What differs between services is data that they publish: rules, limits, settings, names."""
    core = [name for name in SOURCES if re.match(r"reconciler\.((resource|plan|render)\b|[a-z]+$)", name)]
    assert "reconciler.apply" in core
    named = re.compile(r"gemini|vertex|aiplatform|generativelanguage", re.IGNORECASE)
    assert not [name for name in core if named.search(SOURCES[name].read_text(encoding="utf-8"))]
