"""What a build writes, that nothing leaks, and that the guards can fail."""

import ast
import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from gradloom_grader import build, holes, notebook, probes
from gradloom_grader.chapters import read_course
from gradloom_grader.errors import AuthorError
from nbgrader.nbgraderformat import MetadataValidator

CHAPTER = "04_elementwise"
SITE = Path(np.__file__).parents[1]


def files(folder: Path) -> dict[str, bytes]:
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


def functions(text: str) -> list[ast.FunctionDef]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def code_of(path: Path) -> list[str]:
    """All Python in a file of the release: modules, cells, and code blocks in text."""
    if path.suffix == ".ipynb":
        text = path.read_text("utf-8")
        sources = [c["source"] for c in nbformat.reads(text, 4).cells]
        blocks = [b for s in sources for b in s.split("```")[1::2]]
        return sources + [textwrap.dedent(b.partition("\n")[2]) for b in blocks]
    return [path.read_text("utf-8")] if path.suffix == ".py" else []


@pytest.fixture
def execute(monkeypatch):
    """Run a notebook in a kernel, in a folder; what cells raise is in their outputs."""
    monkeypatch.delenv("PYTHONPATH", raising=False)  # a kernel puts it before its own folder

    def execute(cells: nbformat.NotebookNode, folder: Path) -> list[nbformat.NotebookNode]:
        where = {"metadata": {"path": str(folder)}}
        nbclient.NotebookClient(cells, timeout=60, resources=where).execute()
        return [c for c in cells.cells if c.cell_type == "code"]

    return execute


class TestTwoBuilds:
    def test_are_equal_to_the_byte(self, course_folder, own_course, course):
        before = files(course_folder / "source" / CHAPTER)
        shutil.rmtree(own_course / "source")
        again = read_course(own_course)
        build.build(again, again.chapter(CHAPTER))
        assert before
        assert files(own_course / "source" / CHAPTER) == before

    def test_a_stale_build_is_built_anew_and_another_is_left(self, own_course):
        def built() -> int:
            course = read_course(own_course)
            return build.build_if_stale(course, course.chapter(CHAPTER)).stat().st_mtime_ns

        first = built()
        assert built() == first
        page = own_course / "chapters" / CHAPTER / "chapter.md"
        page.write_text(page.read_text("utf-8") + "\nOne more line.\n", "utf-8")
        assert built() != first

    def test_leave_nothing_of_an_older_kit(self, own_course):
        stray = own_course / "source" / CHAPTER / "gradloom" / "stray.py"
        stray.write_text("x = 1\n", "utf-8")
        course = read_course(own_course)
        build.build(course, course.chapter(CHAPTER))
        assert not stray.exists()


class TestTheSourceNotebook:
    @pytest.fixture
    def source(self, course, chapter):
        return nbformat.read(build.source_notebook(course, chapter), 4)

    def test_is_valid_for_jupyter_and_for_nbgrader(self, source):
        nbformat.validate(source)
        MetadataValidator().validate_nb(source)

    def test_has_a_solution_and_a_check_for_each_exercise(self, source, chapter):
        cells = {c.id: c for c in source.cells}
        for exercise in chapter.exercises:
            marks = cells[exercise.id].metadata.nbgrader
            assert (marks.solution, marks.grade, marks.locked) == (True, False, False)
            check = cells[f"{exercise.id}-check"]
            assert check.source == f'check("{exercise.id}")'
            marks = check.metadata.nbgrader
            assert (marks.solution, marks.grade, marks.locked) == (False, True, True)
            assert marks.points == exercise.points
            assert "raises-exception" in check.metadata.tags

    def test_names_its_chapter(self, source):
        assert source.metadata.gradloom.chapter == CHAPTER

    def test_runs_from_top_to_bottom_with_every_check_passed(
        self, source, course, chapter, execute
    ):
        code = execute(source, build.source_folder(course, chapter))
        assert not [o for c in code for o in c.outputs if o.output_type == "error"]
        checks = {c.id: c.outputs[0].text for c in code if c.id.endswith("-check")}
        assert len(checks) == len(chapter.exercises)
        for text in checks.values():
            assert "passed" in text
            assert "FAILED" not in text


class TestTheRelease:
    def test_is_valid_for_nbgrader(self, release_folder):
        released = nbformat.read(release_folder / f"{CHAPTER}.ipynb", 4)
        nbformat.validate(released)
        MetadataValidator().validate_nb(released)

    def test_every_due_hole_of_the_kit_is_a_docstring_and_a_raise(
        self, release_folder, course, chapter, engine
    ):
        kit = holes.read_sources(release_folder / "gradloom")
        due = course.due(chapter)
        assert len(due) > 45
        for hole in due:
            node = holes.find(kit, hole).node
            assert len(node.body) == 2
            assert ast.get_docstring(node) == ast.get_docstring(holes.find(engine, hole).node)
            assert isinstance(node.body[1], ast.Raise)
            assert "NotImplementedError" in ast.unparse(node.body[1])

    def test_every_due_hole_of_the_notebook_is_a_docstring_and_a_raise(self, release, chapter):
        cells = {c["id"]: "".join(c["source"]) for c in release["cells"]}
        for exercise in chapter.exercises:
            written = functions(cells[exercise.id])
            assert len(written) == len(exercise.holes)
            assert all(holes.is_untouched(node) for node in written)
            assert "SOLUTION" not in cells[exercise.id]

    def test_no_function_has_the_body_of_a_due_hole(self, release_folder, course, chapter, engine):
        due = {holes.body_shape(holes.find(engine, h).node): h for h in course.due(chapter)}
        texts = [text for path in release_folder.rglob("*") for text in code_of(path)]
        given = [node for text in texts for node in functions(text)]
        assert len(given) > 100
        assert not [node.name for node in given if holes.body_shape(node) in due]

    def test_that_test_can_fail(self, course, chapter, engine):
        shape = holes.body_shape(holes.find(engine, "ops.Mul.backward").node)
        text = (
            "def product_rule(node, upstream):\n    '''Another docstring.'''\n"
            "    left, right = node._inputs\n    return upstream * right, upstream * left\n"
        )
        renamed = text.replace("(node, upstream)", "(self, upstream, node)")
        assert holes.body_shape(functions(renamed)[0]) == shape

    def test_holds_nothing_of_the_hidden_checks(self, release_folder, cases, chapter, course):
        """No body of a hidden probe, no docstring of the checks, no expected value, no secret."""
        everything = b"\n".join(files(release_folder).values())
        assert (course.folder / ".secret").read_bytes() not in everything
        visible = {c.probe.body for c in cases if c.visible}
        for case in cases:
            if case.probe.body not in visible:
                assert case.probe.source.encode() not in everything
                assert json.dumps(case.probe.source).encode() not in everything
                assert case.probe.says.encode() not in everything

    def test_ships_the_visible_examples_only(self, release_folder, cases):
        path = release_folder / "gradloom" / "kit" / "examples.json"
        known = json.loads(path.read_text("utf-8"))
        names = {x["name"] for e in known.values() for x in e["examples"]}
        assert names == {c.key for c in cases if c.visible}

    def test_brings_no_file_beside_notebook_and_kit(self, release_folder):
        names = {p.name for p in release_folder.iterdir()}
        assert names == {f"{CHAPTER}.ipynb", "gradloom"}

    def test_the_kit_imports_with_numpy_alone(self, release_folder, tmp_path):
        """Neither the grader nor the reference, nor Matplotlib, are there to be imported."""
        site = tmp_path / "site"
        site.mkdir()
        for path in SITE.glob("numpy*"):
            (site / path.name).symlink_to(path)
        code = (
            f"import sys; sys.path[:0] = {[str(release_folder), str(site)]!r}\n"
            "import gradloom, gradloom.kit\n"
            "print(gradloom.__file__)\n"
            "assert not [m for m in sys.modules if m.startswith('gradloom_grader')]\n"
        )
        command = [sys.executable, "-I", "-S", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == str(release_folder / "gradloom" / "__init__.py")

    def test_given_cells_run_untouched(self, release_folder, execute):
        """Only checks, and cells that need exercises, may raise."""
        released = nbformat.read(release_folder / f"{CHAPTER}.ipynb", 4)
        for cell in execute(released, release_folder):
            errors = [o for o in cell.outputs if o.output_type == "error"]
            if cell.id.endswith("-check"):
                assert [e.ename for e in errors] == ["CheckFailed"]
            elif not cell.metadata.get("gradloom", {}).get("after"):
                assert not errors, cell.source


class TestTheGuardsCanFail:
    """Mistakes of an author that only a build can see."""

    @pytest.fixture
    def page(self, own_course):
        return own_course / "chapters" / CHAPTER / "chapter.md"

    @staticmethod
    def build(folder: Path) -> None:
        course = read_course(folder)
        build.build(course, course.chapter(CHAPTER))

    def test_an_exercise_that_needs_a_later_one(self, own_course, page):
        """mul-backward is filled before the chain by hand; the other way round it is not."""
        lines = page.read_text("utf-8").splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if 'exercise="chain-by-hand"' in line)
        first = next(i for i, line in enumerate(lines) if 'exercise="arithmetic-forward"' in line)
        moved, rest = lines[at : at + 2], lines[:at] + lines[at + 2 :]
        page.write_text("".join(rest[:first] + moved + ["\n"] + rest[first:]), "utf-8")
        with pytest.raises(
            AuthorError, match="chain-by-hand needs a hole that is not yet due"
        ) as e:
            self.build(own_course)
        assert (e.value.path, e.value.line) == (page, first + 1)
        assert "mul-backward" in e.value.message

    def test_a_given_cell_with_an_answer_in_it(self, own_course, page):
        leak = "def hint(self, g, n):\n    x, y = n._inputs\n    return g * y, g * x"
        leak = f"\n```python\n{leak}\n```\n"
        page.write_text(page.read_text("utf-8") + leak, "utf-8")
        with pytest.raises(AuthorError, match=r"hint in chapter.md gives ops.Mul.backward away"):
            self.build(own_course)

    def test_a_text_with_an_answer_in_it(self, own_course, page):
        leak = (
            "\n    Look:\n\n````\n```python\ndef hint(self, g, n):\n    x, y = n._inputs\n"
            "    return g * y, g * x\n```\n````\n"
        )
        page.write_text(page.read_text("utf-8") + leak, "utf-8")
        with pytest.raises(AuthorError, match=r"gives ops.Mul.backward away"):
            self.build(own_course)

    def test_a_kit_module_with_an_answer_in_it(self, own_course):
        pieces = own_course / "chapters" / CHAPTER / "pieces.py"
        leak = "\n\ndef helper(a, out, n):\n    x, y = n._inputs\n    return out * y, out * x\n"
        pieces.write_text(pieces.read_text("utf-8") + leak, "utf-8")
        with pytest.raises(AuthorError, match=r"helper in pieces gives ops.Mul.backward away"):
            self.build(own_course)

    def test_an_exercise_without_a_hidden_probe(self, own_course, page):
        checks = own_course / "chapters" / CHAPTER / "checks.py"
        text = checks.read_text("utf-8")
        start = text.index('@probe("chain-by-hand", **')
        checks.write_text(text[:start], "utf-8")
        with pytest.raises(AuthorError, match="chain-by-hand needs a visible and a hidden probe"):
            self.build(own_course)

    def test_a_probe_of_no_exercise(self, own_course):
        checks = own_course / "chapters" / CHAPTER / "checks.py"
        text = checks.read_text("utf-8")
        extra = '\n\n@probe("nothing", a=[1.0])\ndef test_nothing(gl, a):\n    return a\n'
        checks.write_text(text + extra, "utf-8")
        with pytest.raises(AuthorError, match="nothing probes nothing") as e:
            self.build(own_course)
        assert e.value.path == checks
        assert text.count("\n") + 3 <= e.value.line <= text.count("\n") + 4

    def test_checks_that_do_not_import(self, own_course):
        checks = own_course / "chapters" / CHAPTER / "checks.py"
        checks.write_text("import nowhere\n", "utf-8")
        with pytest.raises(AuthorError, match="pytest cannot collect it"):
            self.build(own_course)

    def test_an_after_that_names_nothing(self, own_course, page):
        text = page.read_text("utf-8") + '\n```python after="mul-backwards"\nprint(1)\n```\n'
        page.write_text(text, "utf-8")
        with pytest.raises(AuthorError, match="names no exercise: mul-backwards") as e:
            self.build(own_course)
        assert e.value.line == text.count("\n") - 2


def test_the_builders_own_modules_load_lazily():
    """jupytext and nbgrader take seconds to import; a referee and a check do without."""
    code = (
        "import sys, gradloom_grader.referee, gradloom_grader.session\n"
        "slow = {'jupytext', 'nbgrader', 'jupyterlab', 'notebook'} & set(sys.modules)\n"
        "assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_probes_of_a_chapter_are_stable_names(cases):
    assert len({c.key for c in cases}) == len(cases)
    assert isinstance(cases[0], probes.Case)


def test_exercise_source_weaves_everything_it_defines(course, chapter, engine):
    for exercise in chapter.exercises:
        source = notebook.exercise_source(
            engine, exercise, lambda hole: holes.definition_source(engine, hole)
        )
        tops = [n for n in ast.parse(source).body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
        assert all("weave" in [ast.unparse(d) for d in n.decorator_list] for n in tops)
