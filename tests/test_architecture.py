"""The plan of docs/ARCHITECTURE.md, held by reading the code's own imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "digitscan"
MODULES = sorted(PACKAGE.rglob("*.py"))
FLOORS = {
    **dict.fromkeys(("values", "rules", "errors", "runs", "masks"), 1),
    **dict.fromkeys(("scan", "form", "glyph"), 2),
    **dict.fromkeys(("doubts", "learn"), 3),
    "reader": 4,
    **dict.fromkeys(("report", "measure", "batch"), 5),
    "cli": 6,
}
HEAVY = {
    *("tensorflow", "keras", "sklearn", "skimage", "matplotlib", "onnx", "scipy"),
    *("nbclient", "nbformat", "fsspec", "pyarrow", "distributed", "dask", "multiprocessing"),
}
FOR_PEOPLE = {"click", "tqdm"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def name_of(path: Path) -> str:
    """Dotted name of a module: ``digitscan.scan.pages``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room a module lives in: ``scan`` for ``digitscan.scan.pages``; empty for the package."""
    return module.split(".")[1] if "." in module else ""


def imports_of(path: Path, *, at_import_time: bool) -> Iterator[str]:
    """Names of the modules that a file imports, those inside functions only where asked for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = outside_functions(tree) if at_import_time else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run when the module is imported; not what only a type checker sees."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from outside_functions(node)


def own_imports(path: Path) -> set[str]:
    """Modules of digitscan that a file imports anywhere."""
    known = {name_of(module) for module in MODULES}
    return {name for name in imports_of(path, at_import_time=False) if name in known} - {
        "digitscan"
    }


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_a_room_imports_only_from_floors_below(path: Path) -> None:
    room = room_of(name_of(path))
    if not room:
        return
    assert room in FLOORS, f"{room} is a new room: give it a floor here and in ARCHITECTURE.md"
    others = {room_of(name) for name in own_imports(path)} - {room}
    not_below = {other for other in others if FLOORS[other] >= FLOORS[room]}
    allowed = {"values", "rules", "errors", "runs", "masks"} if FLOORS[room] == 1 else set()
    assert not not_below - allowed


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_heavy_libraries_are_imported_only_where_they_are_needed(path: Path) -> None:
    at_import = {name.split(".")[0] for name in imports_of(path, at_import_time=True)}
    assert not at_import & HEAVY


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_only_the_command_line_talks_to_people(path: Path) -> None:
    if room_of(name_of(path)) == "cli":
        return
    anywhere = {name.split(".")[0] for name in imports_of(path, at_import_time=False)}
    assert not anywhere & FOR_PEOPLE
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    assert not [node.lineno for node in calls if ast.unparse(node.func) == "print"]


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_nothing_is_loaded_that_could_run_code(path: Path) -> None:
    anywhere = {name.split(".")[0] for name in imports_of(path, at_import_time=False)}
    assert not anywhere & {"pickle", "joblib", "dill", "shelve", "marshal"}
    calls = {ast.unparse(n.func) for n in ast.walk(parsed(path)) if isinstance(n, ast.Call)}
    assert not calls & {"eval", "exec", "os.system"}


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_files_and_functions_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    lengths = {
        node.name: body_lines(node) for node in ast.walk(parsed(path)) if isinstance(node, kinds)
    }
    assert not {name: count for name, count in lengths.items() if count > LONGEST_FUNCTION}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    has_docstring = ast.get_docstring(function) is not None
    first = function.body[min(int(has_docstring), len(function.body) - 1)]
    return (function.end_lineno or first.lineno) - first.lineno + 1


def test_no_module_imports_itself_round_a_corner() -> None:
    waiting = {name_of(path): own_imports(path) for path in MODULES}
    while free := {name for name, needs in waiting.items() if not needs & waiting.keys()}:
        waiting = {name: needs for name, needs in waiting.items() if name not in free}
    assert not waiting, f"modules in or behind an import cycle: {sorted(waiting)}"


def test_the_plan_names_every_room() -> None:
    plan = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {room_of(name_of(path)) for path in MODULES} - {""}
    assert not {room for room in rooms if f"`{room}/" not in plan and f"`{room}.py" not in plan}
