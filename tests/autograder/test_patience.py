"""A text made to keep the grader busy keeps it no longer than any other of its length."""

import ast
import json
import time

import numpy as np
import pytest
from gradloom_grader import build, flags, intake
from gradloom_grader.errors import SubmissionError
from gradloom_grader.kit import compare

MUL = "mul-backward"
SECONDS = 8  # of computing; each of these took minutes, or ended the grader
MANY = range(3_900)

_FUNCTIONS = "".join(f"def a{n:x}():0\n" for n in MANY)
_USER = "def f():\n" + "".join(f" a{n:x}\n" for n in MANY)
_CHAIN = "".join(f"a{n:x}=" for n in MANY) + "0"

ADDED = {
    "spaces before what is no Python": [" " * 99_990 + "$"],
    "functions beside names": ["lambda: 0\n" * 4_000 + "".join(f"a{n:x}\n" for n in range(7_000))],
    "imports that nothing uses": ["".join(f"import q{n}\n" for n in range(7_000))],
    "imports in one line": ["".join(f"import q{n};" for n in range(7_000))],
    "a name for each function": [_FUNCTIONS, _USER, "".join(f"a{n:x}=1\n" for n in MANY)],
    "one statement for all functions": [_FUNCTIONS + _CHAIN, _USER, _CHAIN],
    "backwards in backwards": [
        "".join(" " * n + "def backward():\n" for n in range(95)) + " " * 95 + "a;" * 15_000
    ],
    "names in every cell": ["".join(f"a{n}=a{n}\n" for n in range(20))] * 1_500,
    "a sum that is deep": ["def f(): return np", f"np={'+'.join('1' * 900)}"],
    "a number that is deep": ["def f(): return np", f"np={'-' * 900}1"],
}


@pytest.fixture
def read(course, chapter):
    template = json.loads(build.source_notebook(course, chapter).read_text("utf-8"))

    def read(notebook: dict) -> intake.Submission:
        before = time.process_time()
        found = intake.read(json.dumps(notebook).encode(), chapter, template)
        assert time.process_time() - before < SECONDS
        return found

    return read


@pytest.fixture
def solved(rehearsal):
    return rehearsal.solved()


def code(source: str) -> dict:
    return {"cell_type": "code", "metadata": {}, "source": source}


class TestIntake:
    @pytest.mark.parametrize("added", ADDED.values(), ids=ADDED)
    def test_cells(self, read, solved, added):
        solved["cells"] += [code(f"{source}\n# {n}") for n, source in enumerate(added)]
        found = read(solved)
        again = [cell for cell in found.cells if cell.id.startswith("restored")]
        assert sum(len(cell.source) for cell in again) <= 100_000

    def test_a_fence_that_is_never_closed(self, read, solved):
        cell = next(c for c in solved["cells"] if c["id"] == MUL)
        cell |= {"cell_type": "markdown", "source": "```\n" + "\n" * 90_000 + "x"}
        read(solved)

    def test_a_cell_that_is_never_run_is_not_read_either(self, read, solved):
        cell = next(c for c in solved["cells"] if c["id"] == f"{MUL}-check")
        cell["source"] = "a;" * 2_000_000
        assert MUL in read(solved).attempted

    def test_nor_are_many(self, read, solved):
        check = next(c for c in solved["cells"] if c["id"] == f"{MUL}-check")
        solved["cells"] += [{**check, "source": "a;" * 30_000} for _ in range(40)]
        with pytest.raises(SubmissionError, match="more than 300000 characters"):
            read(solved)


def test_each_node_in_a_backward_is_looked_at_once():
    text = "def backward():\n def backward():\n  return x.forward() + 1j"
    assert list(flags.flags(ast.parse(text))) == [
        "computes a forward in its backward, as finite differences do",
        "uses complex numbers in its backward",
    ]


@pytest.mark.parametrize(
    "answer",
    [np.zeros((2,) * 24), [np.zeros((5,) * 5)] * 900, [[np.zeros((6, 6, 6, 6))] * 30] * 30],
    ids=["many dimensions", "many arrays", "lists of arrays"],
)
def test_an_answer_that_would_take_long_to_show_is_outlined_or_cut(answer):
    before = time.process_time()
    assert len(compare.show(answer)) < 2 * compare.LONGEST
    assert time.process_time() - before < 1
