"""The house as it was meant: which way imports run, how long things are, who speaks."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GRADER = ROOT / "autograder" / "gradloom_grader"
REFERENCE = ROOT / "reference" / "gradloom"

# From the top down: a module imports only from rows below its own.
ROWS = [
    {"cli"},
    {"demo", "doctor", "matrix", "mutants"},
    {"assembly", "bulk", "summary", "trial"},
    {"bridge", "configured", "rehearsal"},
    {"gradebook", "pages", "session"},
    {"referee"},
    {"earlier", "keys", "tables"},
    {"feedback", "diagnosis", "build", "entered"},
    {"collected", "notebook", "probes", "report"},
    {"intake"},
    {"naming", "order"},
    {"jail", "degenerate"},
    {"answers"},
    {"figures", "limits", "replies"},
    {"chapters", "faults", "flags", "opened", "walls", "written"},
    {"holes", "wire"},
    {"memory", "errors", "kit", "terminal", "slim"},
]
UNTRUSTED = {"worker", "cells"}  # what runs in the jail
ENGINE = [
    {"__init__"},
    {"live"},
    {"plots"},
    {"drawing"},
    {"picture", "layout"},
    {"training"},
    {"nn", "optim", "losses", "data"},
    {"tables", "numeric", "functional"},
    {"shapes"},
    {"ops", "selection"},
    {"function"},
    {"tensor"},
    {"engine", "dual"},
    {"scalar"},
    {"graph", "arrays"},
]
PICTURES = {"live", "plots", "drawing", "picture"}  # what imports Matplotlib and IPython
MAX_MODULE, MAX_FUNCTION = 400, 40


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path, package: str) -> set[str]:
    """The package's own modules that a module imports, anywhere in it; other packages in full."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if (node.level and not module) or module == package:
                found |= {alias.name for alias in node.names}
            else:
                found.add(module)
    return {name.removeprefix(f"{package}.").split(".")[0] for name in found}


def row_of(rows: list[set[str]], name: str) -> int | None:
    return next((n for n, row in enumerate(rows) if name in row), None)


GRADER_MODULES = sorted(p for p in GRADER.glob("*.py") if p.stem != "__init__")
EVERY_MODULE = sorted([*GRADER.rglob("*.py"), *REFERENCE.rglob("*.py")])


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


class TestImports:
    @pytest.mark.parametrize("path", GRADER_MODULES, ids=lambda p: p.stem)
    def test_run_downwards(self, path):
        if path.stem in UNTRUSTED:
            return
        mine = row_of(ROWS, path.stem)
        assert mine is not None, f"give {path.stem} a row"
        for name in imports(path, "gradloom_grader") - {path.stem}:
            row = row_of(ROWS, name)
            assert row is None or row > mine, f"{path.stem} imports {name}"

    def test_every_row_is_inhabited(self):
        known = {p.stem for p in GRADER_MODULES} | {"kit"}
        assert set().union(*ROWS) | UNTRUSTED == known

    def test_the_worker_knows_the_wire_and_memory_and_nobody_knows_it(self):
        ours = {p.stem for p in GRADER_MODULES} | {"kit"}
        assert imports(GRADER / "worker.py", "gradloom_grader") & ours == {
            "cells",
            "memory",
            "wire",
        }
        assert imports(GRADER / "cells.py", "gradloom_grader") & ours == {"memory", "wire"}
        for path in GRADER_MODULES:
            found = imports(path, "gradloom_grader") & UNTRUSTED
            assert found <= ({"cells"} if path.stem == "worker" else set()), path.stem

    def test_the_wire_and_memory_know_nothing_of_ours(self):
        ours = {p.stem for p in GRADER_MODULES} | {"kit", "gradloom"}
        for name in ("wire", "memory"):
            assert not imports(GRADER / f"{name}.py", "gradloom_grader") & ours

    @pytest.mark.parametrize("path", sorted((GRADER / "kit").rglob("*.py")), ids=lambda p: p.stem)
    def test_the_kit_imports_only_itself_numpy_and_the_standard_library(self, path):
        depth = len(path.relative_to(GRADER / "kit").parts)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= depth
                assert node.level or "gradloom" not in node.module
            elif isinstance(node, ast.Import):
                assert not [a.name for a in node.names if "gradloom" in a.name]

    @pytest.mark.parametrize("path", sorted(REFERENCE.glob("*.py")), ids=lambda p: p.stem)
    def test_of_the_reference_run_downwards_and_stay_in_it(self, path):
        mine = row_of(ENGINE, path.stem)
        assert mine is not None, f"give {path.stem} a row"
        for name in imports(path, "gradloom") - {path.stem}:
            row = row_of(ENGINE, name)
            assert "gradloom" not in name
            at_the_end = {"ops", "selection", "shapes", "function"}
            cycle = path.stem == "tensor" and name in at_the_end
            assert row is None or row > mine or cycle, f"{path.stem} imports {name}"
            assert name not in {"matplotlib", "IPython"} or path.stem in PICTURES


class TestSizes:
    @pytest.mark.parametrize("path", EVERY_MODULE, ids=name_of)
    def test_no_module_is_over_400_lines(self, path):
        assert len(path.read_text("utf-8").splitlines()) <= MAX_MODULE

    @pytest.mark.parametrize("path", EVERY_MODULE, ids=name_of)
    def test_no_function_is_over_40_lines(self, path):
        functions = [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef)]
        assert not [f.name for f in functions if f.end_lineno - f.lineno + 1 > MAX_FUNCTION]


SPEAKERS = {
    "cli.py",
    "terminal.py",  # what the command prints with
    "kit/check.py",  # prints what a student asked for, in the notebook
    "kit/library/assemble.py",  # as check does
    "kit/library/tryout.py",  # answers, in a process of its own, the one that started it
    "slim.py",  # as tryout does
    "tables.py",  # makes what cli writes
    "cells.py",  # prints into what is captured of a cell, in the jail
}
MODULES = sorted(GRADER.rglob("*.py"))


class TestOnlyTheCommandSpeaks:
    @pytest.mark.parametrize("path", MODULES, ids=name_of)
    def test_to_the_terminal(self, path):
        name = path.relative_to(GRADER).as_posix()
        if name == "cli.py" or name in SPEAKERS:
            return
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Name):
                assert node.id not in {"print", "input"}, node.lineno
            elif isinstance(node, ast.Attribute):
                spoken = ast.unparse(node)
                assert spoken not in {"sys.stdout", "sys.stderr", "click.echo"}, node.lineno
        assert not imports(path, "gradloom_grader") & {"click", "rich", "logging"}
