"""The page becomes cells: fixed ids, nbgrader's marks where they belong, and sources."""

import json

import pytest
from gradloom_grader import notebook
from gradloom_grader.chapters import read_course
from gradloom_grader.errors import AuthorError

PAGE = """# Four

Text.

```python
import numpy as np
```

```python exercise="all" hole="ops.{Sub,Div}.forward tensor.Tensor.__neg__" MARKS
```

The same text.

The same text.


The same text.

```python after="all"
print(1)
```

```mermaid
graph LR
```

<!-- #region question="why" points=5 -->
Because.
<!-- #endregion -->
""".replace("MARKS", "points=7 difficulty=2 minutes=9")


@pytest.fixture
def make(tmp_path):
    def make(text=PAGE):
        folder = tmp_path / "chapters" / "04_elementwise"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "chapter.md").write_text(text, "utf-8")
        course = read_course(tmp_path)
        return notebook.make_notebook(course, course.chapters[0])

    return make


def test_two_notebooks_of_one_page_are_equal_to_the_byte(make):
    assert notebook.text_of(make()) == notebook.text_of(make())


def test_ids_are_fixed_and_distinct(make):
    ids = [c.id for c in make().cells]
    assert len(set(ids)) == len(ids)
    assert {"all", "all-check", "why"} <= set(ids)


def test_a_changed_text_changes_its_own_cell_only(make):
    before, after = make(), make(PAGE.replace("# Four", "# Four!"))
    changed = [a for a, b in zip(before.cells, after.cells, strict=True) if a != b]
    assert len(changed) == 1
    assert changed[0].source.startswith("# Four")


def test_an_exercises_cell_shows_class_docstring_signature_and_the_marked_solution(make):
    cell = next(c for c in make().cells if c.id == "all")
    assert cell.source.count("@weave") == 3
    assert cell.source.count("### BEGIN SOLUTION") == 3
    for text in ("class Sub(Function):\n", "class Div(Function):\n", "class Tensor:\n"):
        assert text in cell.source
    assert "def forward(self, a, b):" in cell.source
    compile(cell.source, "cell", "exec")


def test_only_what_is_graded_carries_nbgraders_marks(make):
    marked = {c.id: c.metadata.nbgrader for c in make().cells if "nbgrader" in c.metadata}
    assert marked.keys() == {"all", "all-check", "why"}
    kinds = {k: (m.solution, m.grade, m.locked, m.get("points")) for k, m in marked.items()}
    assert kinds == {
        "all": (True, False, False, None),
        "all-check": (False, True, True, 7),
        "why": (True, True, False, 5),
    }


def test_given_cells_are_marked_as_ours(make):
    code = [c for c in make().cells if c.cell_type == "code" and "nbgrader" not in c.metadata]
    assert [c.metadata.gradloom.after for c in code] == [[], ["all"]]
    assert [c.metadata.get("tags") for c in code] == [None, ["raises-exception"]]


def test_diagrams_stay_text(make):
    cells = [c for c in make().cells if "graph LR" in c.source]
    assert [c.cell_type for c in cells] == ["markdown"]


def test_it_is_a_notebook(make):
    data = json.loads(notebook.text_of(make()))
    assert (data["nbformat"], data["metadata"]["kernelspec"]["name"]) == (4, "python3")


@pytest.mark.parametrize("after", ["al", "all more", "ALL"])
def test_after_must_name_exercises(make, after):
    with pytest.raises(AuthorError, match="names no exercise") as error:
        make(PAGE.replace('after="all"', f'after="{after}"'))
    assert error.value.line == PAGE[: PAGE.index("after=")].count("\n") + 1
