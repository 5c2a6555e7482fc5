"""A student's library: what of the notebooks goes into it, what comes along, and that it works."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner
from gradloom_grader import build, cli, holes
from gradloom_grader.chapters import reference_folder
from gradloom_grader.kit.check import CheckFailed
from gradloom_grader.kit.library import names, notebook, tryout
from gradloom_grader.kit.library.assemble import (
    Desk,
    _is_unsaved,
    assemble,
    find_notebooks,
    write_library,
)
from gradloom_grader.kit.library.together import COURSE, MISSING, YOURS, put_together
from gradloom_grader.notebook import make_notebook
from gradloom_grader.notebook import text_of as text_of_notebook

SITE = Path(np.__file__).parents[1]
DIGITS = Path(__file__).parents[2] / "course" / "data" / "digits.npz"
REFERENCE = holes.read_sources(reference_folder())
INDEX = {
    "03_tensors": {"function-call": ["function.Function.__call__"]},
    "04_elementwise": {
        "mul-backward": ["ops.Mul.backward"],
        "log-exp-backward": ["ops.Log.backward", "ops.Exp.backward"],
        "operators": ["tensor.Tensor.__sub__", "tensor.Tensor.__neg__", "tensor.Tensor.__rmul__"],
        "chain-by-hand": ["pieces.chain_by_hand"],
    },
    "05_shapes": {
        "unbroadcast": ["shapes.unbroadcast"],
        "gradients": ["function.Function.gradients"],
    },
    "06_engine": {"walk": ["engine.backpropagate"]},
}
DUE = {hole: "cut" for names in INDEX["06_engine"].values() for hole in names}
KIT = {
    **holes.cut(REFERENCE, DUE),
    "__init__": REFERENCE["__init__"] + "\nfrom . import pieces\n",
    "pieces": "1 / 0\n",
    "kit/weave": "1 / 0\n",
}
IMPORTS = """
    import math
    import numpy as np
    from gradloom import Function, Tensor, ops, shapes
    from gradloom.kit import check, weave
    from gradloom.ops import exp, log, mul, negate, sub
"""
MUL = """
    @weave
    class Mul(Function):
        def backward(self, out_grad, node):
            a, b = node._inputs
            return out_grad * b, mul(out_grad, a)
"""
OTHER = """
def other(self, out_grad, node):
    a, b = node._inputs
    return out_grad * b, out_grad * a

"""
STUB = """
    @weave
    class Mul(Function):
        '''a * b.'''

        def backward(self, out_grad, node):
            '''The gradients.'''
            raise NotImplementedError
"""


def cell(source, name="", given=False, kind="code"):
    marks = {"gradloom": {"given": True, "after": []}} if given else {}
    if name and not given:
        marks = {"nbgrader": {"grade_id": name, "solution": True, "locked": False}}
    text = textwrap.dedent(source).strip("\n")
    return {"cell_type": kind, "id": name or "x", "metadata": marks, "source": text}


def pages(*cells):
    """A notebook as JSON; a text is a cell of the student's own."""
    made = [cell(c) if isinstance(c, str) else c for c in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4}).encode()


def library(leave_out=(), kit=KIT, **chapters):
    """A library from the cells of chapters, given as `ch04=[...]`; the imports come first."""
    full = {name[:2]: name for name in INDEX}
    notebooks = {
        full[key[2:]]: notebook.read(pages(cell(IMPORTS, given=True), *cells), full[key[2:]])
        for key, cells in chapters.items()
    }
    return put_together(kit, INDEX, notebooks, leave_out)


def loaded(found):
    return holes.load(found.sources)


def mul_gradients(found):
    gl = loaded(found)
    node = gl.Tensor([2.0], requires_grad=True) * gl.Tensor([4.0], requires_grad=True)
    return [g.item() for g in node._op.backward(gl.Tensor([3.0]), node)]


def text_of(found, path):
    return holes.definition_source(found.sources, path)


class TestWhateverComes:
    def test_every_student_of_a_rehearsal_gets_a_library(self, rehearsal, course, chapter):
        kit, index = build.kit_sources(course, chapter), build.index(course, chapter)
        for raw in map(json.dumps, rehearsal.students().values()):
            cells = notebook.read(raw.encode(), chapter.name)
            found = put_together(kit, index, {chapter.name: cells})
            assert loaded(found).Tensor([1.0]).item() == 1.0

    @pytest.mark.parametrize(
        "source",
        [
            "x = " + "(" * 5000 + ")" * 5000,
            "x = " + "-" * 50_000 + "1",
            "x = " + "+".join("a" * 20_000),
            "\0",
            "def f():\n    nonlocal x",
            "return 1",
            "def f(x):\n    global x",
            "\ud800 = 1",
            "a0 = 1\n" + "\n".join(f"a{n} = a{n - 1}" for n in range(1, 2000)) + "\nb = a1999",
            "a0 = b0 = b = 1\n"
            + "\n".join(f"a{n} = b{n} = a{n - 1} + b{n - 1}" for n in range(1, 200))
            + "\nb = a199",
        ],
    )
    def test_odd_cells_do_no_harm(self, source):
        piece = "\n@weave\nclass Mul:\n    def backward(self, out_grad, node):\n        return b"
        found = library(ch04=[MUL, source, source + piece])
        assert found.states["04_elementwise", "mul-backward"] == {"ops.Mul.backward": YOURS}

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"", "no notebook"),
            (b"\xff", "no notebook"),
            (b"[]", "no notebook"),
            (b'{"cells": [{"cell_type": "code"}]}', "no notebook"),
            (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "no notebook"),
            (b"[" * 100_000, "no notebook"),
            (b" " * 20_000_001, "clear its outputs"),
            (pages("#" * 1_000_001), "characters"),
            (pages("x = 1\n" * 5001), "statements"),
        ],
    )
    def test_what_is_no_notebook_says_what_to_do(self, raw, words):
        with pytest.raises(notebook.NoNotebook, match=words):
            notebook.read(raw, "04_elementwise")

    def test_odd_metadata_is_passed_over(self):
        odd = {"cell_type": "code", "source": "x = 1", "metadata": {"nbgrader": 3, "gradloom": []}}
        raw = json.dumps({"cells": [odd, {**odd, "metadata": None}]}).encode()
        assert [c.name for c in notebook.read(raw, "04_elementwise")] == ["cell 1", "cell 2"]


class TestNames:
    TEXT = textwrap.dedent(
        '''
        @mark(EPS)
        def f(a, b=EPS, *, x: Tensor = None) -> "int":
            """Docs: np."""
            global calls
            calls += 1
            def inner(exp):
                return exp(a) + np.sum(x)
            y = [exp(v) for v in exp]
            z = {exp: 1 for exp in exp}
            print(f"{exp(1)} {a!r:>{np.pi}}", "ñandú", exp)
            class C(Base):
                np = 3
                w = np
                def g(self):
                    return np, super().g()
            return (lambda exp: exp), (lambda q: exp)
        '''
    ).strip()

    def test_what_a_text_reads_and_binds(self):
        outside = {"EPS", "Tensor", "Base", "calls", "exp", "mark", "np", "print", "super"}
        assert names.reads(self.TEXT) - {"__class__"} == outside
        assert names.reads_now(self.TEXT) == {"EPS", "Tensor", "mark"}
        assert names.reads_in_annotations(self.TEXT) == {"Tensor"}
        assert names.binds(self.TEXT) == {"f"}
        assert names.binds("(a, b), *c = 1\nimport d.e\nfor g in h: i = 1") == set("abcdgi")

    def test_other_names_where_the_module_is_meant(self):
        other = {"exp": "ops.exp", "np": "numpy", "calls": "count", "f": "g", "Base": "B"}
        found = names.renamed(self.TEXT, other)
        kept = {"def inner(exp):\n        return exp(a) + numpy.sum(x)", "np = 3\n        w = np\n"}
        new = {"def g(a, b", "global count\n    count += 1", "[ops.exp(v) for v in ops.exp]"}
        new |= {"{exp: 1 for exp in ops.exp}", "{ops.exp(1)}", "{numpy.pi}", '"ñandú", ops.exp)'}
        new |= {"class C(B)", "return numpy, super()", "(lambda exp: exp), (lambda q: ops.exp)"}
        for text in kept | new | {'"""Docs: np."""'}:
            assert text in found

    def test_a_text_without_them_stays_to_the_byte(self):
        assert names.renamed(self.TEXT, {"nothing": "x", "exp": "exp"}) == self.TEXT

    def test_imports_get_another_name_too(self):
        text = "try:\n    import fast\nexcept ImportError:\n    fast = None"
        assert "import fast as fast_04" in names.renamed(text, {"fast": "fast_04"})


class TestWhatCounts:
    @pytest.mark.parametrize(
        "cells",
        [
            [MUL],
            [cell(MUL, "mul-backward")],
            [cell(MUL.replace("@weave", ""), "mul-backward")],
            [MUL.replace("@weave", "")],
            [MUL.replace("@weave", ""), "Mul = weave(Mul)"],
            ["@weave\ndef backward(self: ops.Mul, out_grad, node):\n    return node._inputs[::-1]"],
            [
                "@weave\ndef backward(self: 'Mul', out_grad, node):\n"
                "    a, b = node._inputs\n    return out_grad * b, out_grad * a"
            ],
            [MUL.replace("* b", "* a"), MUL],
            [cell(MUL.replace("* b", "* a"), "mul-backward"), MUL],
            [MUL, cell(STUB, "mul-backward")],
            [MUL, MUL.replace("@weave", "").replace("* b", "* a")],
            [MUL, cell(MUL.replace("* b", "* a"), given=True)],
            ["%matplotlib inline\n!ls\nx = %time 1\nMul?\n" + textwrap.dedent(MUL)],
            ["%%time\n" + textwrap.dedent(MUL)],
            [MUL, "this is no Python", "%%bash\nrm -r nothing", "%%html\n<b>"],
            [MUL, cell(MUL.replace("* b", "* a"), kind="markdown")],
            [MUL.replace("    ", "\t")],
            [cell(OTHER + "Mul.backward = other", "mul-backward")],
            [OTHER + "ops.Mul.backward = (\n    other\n)", cell(STUB, "mul-backward")],
            [MUL, OTHER.replace("* b", "* a") + "Mul.backward = other"],
            [textwrap.dedent(MUL).replace("\n", "\r\n")],
        ],
    )
    def test_the_last_that_was_written(self, cells):
        if "[::-1]" in str(cells):
            cells = [cells[0].replace("node._inputs[::-1]", "(out_grad * 4, out_grad * 2)")]
        found = library(ch04=cells)
        assert found.states["04_elementwise", "mul-backward"] == {"ops.Mul.backward": YOURS}
        assert mul_gradients(found) == [12.0, 6.0]

    @pytest.mark.parametrize(
        "cells",
        [
            [],
            [STUB],
            [cell(STUB, "mul-backward")],
            [cell(MUL, given=True)],
            ["class Mul: pass", "def backward(self, out_grad, node): return 1"],
            [cell("@weave\nclass Mul(Function:", "mul-backward")],
            [cell(MUL, kind="markdown")],
        ],
    )
    def test_nothing_else(self, cells):
        found = library(ch04=cells)
        assert found.states["04_elementwise", "mul-backward"] == {"ops.Mul.backward": COURSE}
        assert found.sources == library().sources
        assert found.sources["ops"] == REFERENCE["ops"]

    def test_holes_of_this_chapter_are_missing_and_of_earlier_ones_the_courses(self):
        found = library(ch04=[MUL])
        assert found.state(("06_engine", "walk")) == MISSING
        assert found.exercises(COURSE)[:2] == [
            ("03_tensors", "function-call"),
            ("04_elementwise", "log-exp-backward"),
        ]
        assert found.exercises(YOURS) == [("04_elementwise", "mul-backward")]

    def test_an_exercise_is_yours_when_all_of_it_is(self):
        piece = "@weave\nclass Log(Function):\n    def backward(self, out_grad, node):\n        "
        found = library(ch04=[piece + "return out_grad / node._inputs[0]"])
        assert found.state(("04_elementwise", "log-exp-backward")) == COURSE

    def test_neither_the_kit_nor_pieces_of_chapters_are_in_it(self):
        found = library(ch04=["@weave\ndef chain_by_hand(d, out_grad):\n    return 1"])
        assert found.sources.keys() == REFERENCE.keys()
        assert ("04_elementwise", "chain-by-hand") not in found.states
        assert "pieces" not in "".join(found.sources.values())

    def test_a_hole_of_another_chapter_is_left_to_that_chapter(self):
        walk = "@weave\ndef unbroadcast(grad, shape):\n    return {}"
        found = library(ch04=[MUL], ch05=[walk.format(5)], ch06=[walk.format(6)])
        assert text_of(found, "shapes.unbroadcast").endswith("return 5")
        assert "stands in 06_engine too" in found.notes[0]


class TestWhatComesAlong:
    def one(self, body, *before):
        """A library whose `Mul.backward` has this body."""
        piece = textwrap.dedent(MUL).split("        a, b =")[0]
        found = library(ch04=[*before, piece + textwrap.indent(body, "        ")])
        assert found.state(("04_elementwise", "mul-backward")) == YOURS
        return found

    @pytest.mark.parametrize(
        ("body", "before"),
        [
            ("return out_grad * FOUR, out_grad * 2", "FOUR = 4  # as it is"),
            ("return out_grad * four(), out_grad * 2", "def four():\n    return 4"),
            ("return out_grad * four(), out_grad * 2", "four = lambda: 2 * TWO\nTWO = 2"),
            ("return out_grad * T['b'], out_grad * 2", "T = {}\nT['b'] = 4\nprint(T)"),
            ("return out_grad * T[3], out_grad * 2", "T = []\nfor k in range(5): T.append(k + 1)"),
            ("return out_grad * len(T), out_grad * 2", "T = []\nT.append(0)\nT.append(0)\nT *= 2"),
            ("return out_grad * b, out_grad * a", "a, b = 2, 4"),
            ("return out_grad * int(m.sqrt(16)), out_grad * 2", "import math as m"),
            ("return out_grad * int(sqrt(16)), out_grad * 2", "from math import sqrt"),
            ("return out_grad * int(p.join('4', '')[0]), out_grad * 2", "import os.path as p"),
            ("return out_grad * 4 * len(os.sep), out_grad * 2", "import os.path"),
            ("return gl.Tensor([12.0]), Tensor([6.0])", "import gradloom as gl"),
            ("return t.Tensor([12.0]), Tensor([6.0])", "import gradloom.tensor as t"),
            ("return out_grad * relu(Tensor(4.0)).item(), out_grad * 2", "from gradloom import *"),
            ("return out_grad * np.float64(4), out_grad * 2", "import numpy as np"),
            ("return out_grad * x(2), out_grad * 2", "from gradloom.ops import mul as times\n"
             "def x(n):\n    return times(Tensor([2.0]), n).item()"),
            ("return out_grad * sum([4, 1]), out_grad * 2", "def sum(x):\n    return x[0]"),
            ("return out_grad * where(4), out_grad * 2", "def where(x):\n    return x"),
            ("return out_grad * where(4), out_grad * 2", "where = int"),
            ("return out_grad * down(4), out_grad * 2", "def down(n):\n"
             "    return n if n < 5 else down(n - 1)"),
            ("return out_grad * even(4), out_grad * 2", "def even(n):\n    return n and 1 + "
             "odd(n - 1)\ndef odd(n):\n    return n and 1 + even(n - 1)"),
            ("return Twice()(out_grad), out_grad * 2", "class Twice(Function):\n"
             "    def forward(self, a):\n        return a * 4"),
            ("return Mine()(out_grad, 4), out_grad * 2", "class Mine(ops.Mul):\n    pass"),
            ("return out_grad * DONE.item(), out_grad * 2", "DONE = exp(log(Tensor(4.0)))"),
            ("return out_grad * deco(2), out_grad * 2", "def twice(f):\n    return lambda n: "
             "2 * f(n)\n@twice\ndef deco(n):\n    return n"),
            ("return out_grad * f(), out_grad * 2", "FOUR = 4\ndef f(x=FOUR):\n    return x"),
            ("return out_grad * f(2), out_grad * 2", "def f(x: float) -> 'T':\n    return x * 2"),
            ("global CALLS\nCALLS += 1\nreturn out_grad * (3 + CALLS), out_grad * 2", "CALLS = 0"),
            ("return out_grad * (z := 4), out_grad * 2", "z = 1"),
            ("return out_grad * X, out_grad * 2", "try:\n    import nowhere as X\n"
             "except ImportError:\n    X = 4"),
            ("return out_grad * int(f'{FOUR}'), out_grad * 2", "FOUR = 4"),
        ],
    )  # fmt: skip
    def test_all_that_a_piece_reads(self, body, before):
        found = self.one(body, before)
        assert mul_gradients(found) == [12.0, 6.0]
        assert not tryout.load_error(found.sources)

    def test_a_cell_means_its_own_names_first_then_those_before_it(self):
        piece = textwrap.dedent(MUL).replace("* b", "* unit(4)")
        log = textwrap.dedent(MUL).replace("Mul", "Log").replace("* b", "* unit(5)")
        unit = "def unit(n):\n    return n{}\n\n"
        found = library(
            ch04=[unit.format("/1"), unit.format("") + piece, unit.format("/ 5"), log, "unit = 0"]
        )
        assert mul_gradients(found) == [12.0, 6.0]
        assert "unit_04(5)" in text_of(found, "ops.Log.backward")
        assert "`unit` of 04_elementwise is called `unit_04` in gradloom/ops.py" in found.notes[0]

    def test_chapters_do_not_get_into_each_others_way(self):
        unbroadcast = "def scale(g):\n    return g * {}\n\n@weave\ndef unbroadcast(grad, shape):\n"
        reshape = (
            "@weave\nclass Reshape(Function):\n    def twice(self, g):\n        return scale(g)\n"
        )
        found = library(
            ch05=[unbroadcast.format(5) + "    return scale(grad)"],
            ch06=["def scale(g):\n    return g * 6", reshape],
        )
        gl = loaded(found)
        assert gl.unbroadcast(1, ()) == 5
        assert gl.shapes.Reshape.twice(None, 1) == 6

    def test_a_helper_that_chapters_share_comes_once(self):
        helper = "def scale(g):\n    return g * FIVE\n\nFIVE = 5\n\n"
        piece = "@weave\ndef unbroadcast(grad, shape):\n    return scale(grad)"
        other = (
            "@weave\nclass Reshape(Function):\n    def twice(self, g):\n        return scale(g)\n"
        )
        found = library(ch05=[helper + piece], ch06=[helper, other])
        assert found.sources["shapes"].count("def scale(") == 1
        assert found.sources["shapes"].count("FIVE = 5") == 1
        assert not found.notes

    def test_imports_stand_where_cycles_do_no_harm(self):
        operators = """
            @weave
            class Tensor:
                def __sub__(self, other):
                    return sub(self, other)

                def __neg__(self):
                    return negate(self)
        """
        found = library(
            ch04=[operators],
            ch05=["@weave\nclass Function:\n    def gradients(self, out_grad, node):\n"
                  "        return (shapes.sum_to(mul(out_grad, out_grad), node.shape),)"],
            ch06=["@weave\ndef backpropagate(root: Tensor, out_grad):\n"
                  "    return [(root, Tensor(exp(out_grad)))]"],
        )  # fmt: skip
        end = found.sources["tensor"].split("# At the end: operations build on Tensor")[1]
        assert "from .ops import negate, sub\n" in end
        assert "gradloom.ops.mul(" in text_of(found, "function.Function.gradients")
        assert "from __future__ import annotations" in found.sources["engine"]
        assert loaded(found).no_grad
        script = "import gradloom as g; t = g.Tensor([2.0], requires_grad=True); (t * t).backward()"
        script += "; print((t - 1).data, (-t).data, t.grad)"
        assert run(found, script).split() == ["[1.]", "[-2.]", "None"]

    def test_strings_over_several_lines_stay_as_they_are(self):
        body = 'text = """one\n  two\n"""\nreturn out_grad * len(text), out_grad * 2'
        start = textwrap.dedent(MUL).split("        a, b =")[0]
        piece = start + textwrap.indent(body, " " * 8).replace(
            " " * 8 + '  two\n        "', '  two\n"'
        )
        assert '"""one\n  two\n"""' in piece
        assert mul_gradients(library(ch04=[piece])) == [30.0, 6.0]

    def test_members_that_no_hole_asks_for(self):
        found = library(
            ch04=[
                """
                @weave
                class Mul(Function):
                    '''Mine.'''
                    FOUR: int = 4
                    two = 2
                    both = (two, FOUR)

                    @property
                    def name(self):
                        return self._name

                    @name.setter
                    def name(self, value):
                        self._name = value

                    def other(self, node, which=both):
                        return node._inputs[1 - which[0] % 2].data * 0 + which[1]

                    def backward(self, out_grad, node):
                        return out_grad * self.other(node), out_grad * self.two

                    again = backward

                    def forward(self, a, b):
                        return b * a
                """
            ]
        )
        assert mul_gradients(found) == [12.0, 6.0]
        gl = loaded(found)
        op = gl.ops.Mul()
        op.name = "product"
        assert op.name == "product"
        assert op.again.__func__ is gl.ops.Mul.backward
        assert "return b * a" in text_of(found, "ops.Mul.forward")
        assert '"""a * b, entry by entry."""\n\n    FOUR: int = 4\n' in found.sources["ops"]

    def test_an_alias_fills_a_hole(self):
        found = library(
            ch04=[
                """
                @weave
                class Tensor:
                    def __neg__(self):
                        return 5

                    __rmul__ = __neg__
                    __sub__ = lambda self, other: 6
                """
            ]
        )
        gl = loaded(found)
        assert found.state(("04_elementwise", "operators")) == YOURS
        assert gl.tensor.Tensor.__rmul__ is gl.tensor.Tensor.__neg__
        assert gl.Tensor(1) - 1 == 6
        assert "def __rmul__" not in found.sources["tensor"]

    def test_helpers_of_left_out_parts_do_not_come(self):
        own = cell(
            "NEVER = 1 / 0\n" + textwrap.dedent(MUL).replace("* b", "* NEVER"), "mul-backward"
        )
        found = library(leave_out=[("04_elementwise", "mul-backward")], ch04=[own])
        assert found.sources["ops"] == REFERENCE["ops"]
        assert found.parts == [("04_elementwise", "mul-backward")]


def run(found, script):
    """What a script prints in a process that has the library and, of packages, the site's."""
    with tempfile.TemporaryDirectory() as folder:
        tryout.write(Path(folder) / "gradloom", found.sources)
        return python(script, folder, SITE)


def python(script, *places, cwd=None):
    """What a script prints in a process that imports from these places only."""
    head = f"import sys; sys.path[:0] = {[str(place) for place in places]!r}\n"
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", head + script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def example(expected, body="return gl.Tensor(a) * 2", **inputs):
    source = f"def ask(gl, {', '.join(inputs)}):\n    {body}"
    return {"name": "ask", "says": "", "source": source, "inputs": inputs, "expected": expected}


@pytest.fixture
def assembled(tmp_path):
    """Write the library of a folder with these notebooks (cells, or a file's bytes)."""

    def assembled(tries=None, target="my_library", **chapters):
        for key, cells in chapters.items():
            name = next(chapter for chapter in INDEX if chapter[:2] == key[2:])
            raw = cells if isinstance(cells, bytes) else pages(cell(IMPORTS, given=True), *cells)
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / f"{name}.ipynb").write_bytes(raw)
        trial = partial(tryout.failures, seconds=1.5)
        notebooks = find_notebooks(tmp_path, INDEX)
        desk = Desk(KIT, INDEX, notebooks, tries or {}, DIGITS, failures=trial)
        return write_library(desk, tmp_path / target)

    return assembled


MUL_TRIES = {
    ("04_elementwise", "mul-backward"): [
        example(
            [np.float32([12.0]), np.float32([6.0])],
            "n = gl.Tensor(a, requires_grad=True) * gl.Tensor(b)\n"
            "    return n._op.backward(gl.Tensor([3.0]), n)",
            a=[2.0],
            b=[4.0],
        ),
        example(1, "return gl.pieces.nothing()", a=1),
    ]
}
ENDS = "it takes longer than 1.5 s, or ends the whole process"


class TestTrying:
    def test_a_part_that_keeps_it_from_importing_is_left_out_by_name(self, assembled):
        divided = "X = 1 / 0\n" + textwrap.dedent(MUL).replace("Mul", "Exp").replace("* b", "* X")
        nowhere = "from nowhere import f\n\n@weave\ndef unbroadcast(g, shape):\n    return f(g)"
        found = assembled(
            ch04=[MUL, cell(divided, "log-exp-backward")], ch05=[cell(nowhere, "unbroadcast")]
        )
        assert found.library.exercises(YOURS) == [("04_elementwise", "mul-backward")]
        text = " ".join(found.notes)
        assert "log-exp-backward (04_elementwise) is left out" in text
        assert "ZeroDivisionError: division by zero" in text
        assert "unbroadcast (05_shapes) is left out" in text
        assert "No module named 'nowhere'" in text

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ("return out_grad * a, out_grad * b", "at [0][0]: 6 came, 12 was expected"),
            ("return missing", "NameError: name 'missing' is not defined"),
            ("raise NotImplementedError('x' * 9)\n            return 1", "not written yet: xxx"),
            ("while True: pass", ENDS),
            ("__import__('os')._exit(0)", ENDS),
            ("raise SystemExit", ENDS),
        ],
    )
    def test_examples_that_fail_are_told_with_exercise_and_file(self, assembled, body, words):
        wrong = MUL.replace("return out_grad * b, mul(out_grad, a)", body)
        later = {("05_shapes", "unbroadcast"): [example(5, "return gl.unbroadcast(a, ())", a=1)]}
        own = "@weave\ndef unbroadcast(grad, shape):\n    print('hello')\n    return 5"
        found = assembled({**MUL_TRIES, **later}, ch04=[wrong], ch05=[own])
        text = " ".join(" ".join(found.lines()).split())
        assert "1 of your 2 exercises pass their examples on it. These do not:" in text
        assert f"mul-backward (04_elementwise), in gradloom/ops.py: {words}" in text
        assert max(map(len, found.lines())) <= 80

    def test_those_of_others_code_and_of_pieces_are_not_tried(self, assembled):
        assert assembled(MUL_TRIES, ch04=[]).tried == []
        found = assembled(MUL_TRIES, ch04=[MUL])
        assert (found.tried, found.failures) == ([("04_elementwise", "mul-backward")], {})
        assert "your exercise passes its examples" in " ".join(found.lines())


class TestReport:
    def test_a_table_of_chapters_and_what_is_not_yours(self, assembled):
        own = "@weave\ndef unbroadcast(grad, shape):\n    return 5"
        found = assembled(ch04=[MUL, cell("def f(:", "operators")], ch05=[own], ch06=[])
        table = [line.split() for line in found.lines()]
        assert ["03_tensors", "0", "1", "0", "no", "notebook"] in table
        assert ["04_elementwise", "1", "2", "0"] in table
        assert ["06_engine", "0", "0", "1"] in table
        text = " ".join(" ".join(found.lines()).split())
        assert "Still to write: walk (06_engine)." in text
        course = "stands in for: log-exp-backward (04_elementwise), operators (04_elementwise)"
        assert f"The course's own code {course}, gradients (05_shapes)." in text
        assert "The cell operators of 04_elementwise is passed over, it is not Python" in text
        assert max(map(len, found.lines())) <= 80

    def test_a_file_that_is_no_notebook_is_told_and_the_others_are_taken(self, assembled):
        found = assembled(ch03=b"nonsense", ch04=[MUL], ch05=b'{"cells": 3}')
        assert found.found == ["04_elementwise"]
        assert "notebook of 03_tensors cannot be read" in " ".join(found.notes)
        assert "save it from JupyterLab" in " ".join(found.notes)


class TestFolder:
    def test_holds_the_package_the_program_the_data_and_the_cells(self, assembled):
        folder = assembled(ch04=[cell(MUL, "mul-backward"), "", "%time 1"]).folder
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
        assert {f"gradloom/{name}.py" for name in REFERENCE} <= files
        assert not [name for name in files if "kit" in name or "pieces" in name]
        assert (folder / "data/digits.npz").read_bytes() == DIGITS.read_bytes()
        text = (folder / "cells/04_elementwise.py").read_text("utf-8")
        assert text.startswith("# %% mul-backward\n@weave\nclass Mul(Function):")
        assert text.endswith("# %% x\n%time 1\n")
        assert "train_digits.py" in files

    def test_is_replaced_and_what_was_changed_is_kept(self, assembled):
        folder = assembled(ch04=[MUL]).folder
        (folder / "gradloom" / "__pycache__").mkdir()
        (folder / "gradloom" / "__pycache__" / "ops.pyc").touch()
        (folder / "loss_curve.png").touch()
        assert not assembled(ch04=[MUL]).notes
        assert not (folder / "loss_curve.png").exists()
        for number in (1, 2):
            (folder / "gradloom" / "ops.py").write_text("mine")
            (folder / "more.py").write_text("mine")
            (told,) = assembled(ch04=[MUL]).notes
            kept = folder.with_name(f"my_library_{number}")
            assert told.startswith("You had changed gradloom/ops.py, more.py: that version is kept")
            assert kept.name in told
            assert (kept / "gradloom" / "ops.py").read_text() == "mine"
            assert not (folder / "more.py").exists()
        assert sorted(path.name[:2] for path in folder.parent.iterdir()) == ["04", "my", "my", "my"]

    def test_another_one_is_refused(self, assembled, tmp_path):
        (tmp_path / "my_library").mkdir()
        assembled(ch04=[MUL])
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "thesis.txt").touch()
        (tmp_path / "file").touch()
        for target in ("other", "file"):
            with pytest.raises(CheckFailed, match=r"assemble\s+did\s+not\s+make\s+it"):
                assembled(target=target, ch04=[MUL])
        assert [path.name for path in (tmp_path / "other").iterdir()] == ["thesis.txt"]


class TestFinding:
    @pytest.fixture
    def put(self, tmp_path):
        def put(place, chapter):
            path = tmp_path / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"metadata": {"gradloom": {"chapter": chapter}}}))
            os.utime(path, (len(list(tmp_path.rglob("*"))),) * 2)
            return path

        return put

    def test_by_name_and_otherwise_by_what_the_notebook_says(self, tmp_path, put):
        usual = put("03_tensors/03_tensors.ipynb", "anything")
        put("03 copy/x.ipynb", "03_tensors")
        put("04 (1)/old.ipynb", "04_elementwise")
        newest = put("04 (2)/new.ipynb", "04_elementwise")
        put("04 (2)/.ipynb_checkpoints/new-checkpoint.ipynb", "04_elementwise")
        put("deep/er/05.ipynb", "05_shapes")
        beside = put("walk.ipynb", "06_engine")
        (tmp_path / "broken.ipynb").write_text("{")
        expected = {"03_tensors": usual, "04_elementwise": newest, "06_engine": beside}
        assert find_notebooks(tmp_path, INDEX) == expected

    def test_none_is_told_with_what_to_do(self, tmp_path, monkeypatch):
        monkeypatch.setattr(tryout, "KIT", tmp_path)
        with pytest.raises(CheckFailed, match=r"course\.json\s+is\s+missing"):
            assemble(tmp_path)
        (tmp_path / "course.json").write_text(json.dumps(INDEX))
        with pytest.raises(CheckFailed, match=r'(?s)no\s+chapter\'s.*assemble\("\.\."\)'):
            assemble(tmp_path)


OWN = """
    @weave
    class Mul(Function):
        def backward(self, out_grad, node):
            '''My own rule, as I wrote it.'''
            left, right = node._inputs
            return out_grad * right, out_grad * left
"""


@pytest.fixture(scope="module")
def student(course, release_folder, rehearsal, tmp_path_factory):
    """A student's folder with all chapters solved, and the kit of chapter 8."""
    if "08_training" not in {chapter.name for chapter in course.chapters}:
        pytest.skip("chapter 8 is not there yet")
    home = tmp_path_factory.mktemp("student")
    for chapter in course.chapters:
        if chapter.number <= 8:
            page = text_of_notebook(make_notebook(course, chapter))
            (home / chapter.name).mkdir()
            (home / chapter.name / f"{chapter.name}.ipynb").write_text(page, "utf-8")
    last = course.chapter("08_training")
    kit = home / last.name / "gradloom"
    build._write_sources(kit, build.kit_sources(course, last))
    (kit / "kit" / "course.json").write_text(json.dumps(build.index(course, last)))
    (home / last.name / "data").mkdir()
    shutil.copy(DIGITS, home / last.name / "data")
    shutil.copytree(release_folder / "gradloom", home / "04_elementwise" / "gradloom")
    right = {frozenset(answer.holes): answer for answer in rehearsal.answers if answer.right}
    page = rehearsal.with_cell(
        rehearsal.solved(*right.values()), "mul-backward", textwrap.dedent(OWN)
    )
    (home / "04_elementwise" / "04_elementwise.ipynb").write_text(json.dumps(page), "utf-8")
    return home


@pytest.fixture(scope="module")
def told(student):
    """What the student's own call prints, at the end of chapter 8."""
    call = "from gradloom.kit import assemble\ndone = assemble('..')\n"
    call += "print(repr(done), done._repr_png_()[0][:4])"
    return python(call, student / "08_training", SITE, cwd=student / "08_training")


class TestTheStudentsCall:
    def test_says_that_all_is_theirs_and_works(self, told):
        words = " ".join(told.split())
        assert "Your library is in ../my_library chapter" in words
        assert "All yours: every exercise in it is your own code." in words
        assert re.search(r"It imports, and all your \d+ exercises pass their examples on it", words)
        assert "<library in ../my_library> b'\\x89PNG'" in words
        assert max(map(len, told.splitlines())) <= 80

    def test_a_cell_that_was_run_and_not_saved_is_told(self, tmp_path, monkeypatch):
        path, main = tmp_path / "x.ipynb", ModuleType("__main__")
        monkeypatch.setitem(sys.modules, "__main__", main)
        path.write_bytes(pages(MUL))
        assert not _is_unsaved(path)
        saved = textwrap.dedent(MUL)
        for ran, expected in (
            ([saved, "assemble('..')"], False),
            ([saved.replace("* b", "* a"), saved], False),
            ([saved, "import weave", saved.replace("* b", "* a")], True),
        ):
            main.In = ["", *ran]
            assert _is_unsaved(path) is expected
        assert not _is_unsaved(None)
        assert not _is_unsaved(tmp_path / "nowhere")

    def test_it_trains_on_the_digits(self, told, student):
        assert float(re.search(r"reads (\d+\.\d)%", told)[1]) >= 96.0
        assert "Training loss falls from" in told
        assert (student / "my_library" / "loss_curve.png").stat().st_size > 10_000

    def test_it_needs_nothing_but_numpy_and_its_graphs_are_the_students(
        self, told, student, tmp_path
    ):
        for name in ("numpy", "numpy.libs"):
            if (SITE / name).exists():
                (tmp_path / name).symlink_to(SITE / name)
        script = """
import inspect
import gradloom as gl
x = gl.Tensor([3.0], requires_grad=True)
y = x * x
y.backward()
print(gl.__file__, x.grad.item(), inspect.getsource(type(y._op)))
"""
        printed = python(script, student / "my_library", tmp_path)
        assert printed.startswith(f"{student / 'my_library' / 'gradloom' / '__init__.py'} 6.0 ")
        assert "My own rule, as I wrote it." in printed
        assert "return out_grad * right, out_grad * left" in printed

    def test_a_chapter_that_is_not_there_comes_from_the_course(self, told, student, tmp_path):
        for name in ("04_elementwise", "08_training"):
            shutil.copytree(student / name, tmp_path / name)
        (tmp_path / "08_training" / "data" / "digits.npz").unlink()
        call = "from gradloom.kit import assemble\nassemble('..', to='mine')"
        home = tmp_path / "08_training"
        printed = python(call, home, SITE, cwd=home)
        table = [line.split() for line in printed.splitlines()]
        assert ["07_losses", "0", "5", "0", "no", "notebook"] in table
        assert "put digits.npz into mine/data first" in " ".join(printed.split())
        assert (home / "mine" / "train_digits.py").exists()


class TestTheCommand:
    @pytest.fixture
    def gradloom(self, own_course, monkeypatch):
        monkeypatch.setattr(cli.console, "width", 200)
        options = ["--course", str(own_course)]
        return lambda *words: CliRunner().invoke(cli.main, ["assemble", *words, *options])

    @pytest.fixture
    def submit(self, own_course):
        def submit(student, notebook):
            folder = own_course / "submitted" / student / "04_elementwise"
            folder.mkdir(parents=True)
            (folder / "04_elementwise.ipynb").write_text(json.dumps(notebook), "utf-8")
            return str(folder.parent)

        return submit

    def test_writes_each_students_library(self, gradloom, submit, rehearsal, own_course, tmp_path):
        piece = textwrap.dedent(MUL).replace("* b", "* a")
        wrong = rehearsal.with_cell(rehearsal.solved(), "mul-backward", piece)
        folders = [submit("ada", rehearsal.solved()), submit("alan", wrong)]
        done = gradloom(*folders)
        assert done.exit_code == 0, done.output
        ada, alan = " ".join(done.output.split()).split("Your library is in")[1:]
        assert "pass their examples on it." in ada
        assert "These do not:" not in ada
        assert "These do not:" in alan
        assert "mul-backward (04_elementwise), in gradloom/ops.py: at " in alan
        assert "train" not in done.output
        for name in ("ada", "alan"):
            assert (own_course / "assembled" / name / "gradloom" / "ops.py").exists()
        assert gradloom("--to", str(tmp_path / "here"), folders[0]).exit_code == 0
        assert (tmp_path / "here" / "ada" / "gradloom").is_dir()

    def test_what_a_student_wrote_runs_in_the_jail(self, gradloom, submit, rehearsal, tmp_path):
        mark = tmp_path / "out"
        piece = textwrap.dedent(MUL).replace("* b", "* b * len(X.name)")
        source = f"X = open({str(mark)!r}, 'w')\n" + piece
        folder = submit("eve", rehearsal.with_cell(rehearsal.released, "mul-backward", source))
        done = gradloom(folder)
        assert done.exit_code == 0, done.output
        assert not mark.exists()
        assert "mul-backward (04_elementwise) is left out" in " ".join(done.output.split())

    def test_errors_are_one_line(self, gradloom, submit, rehearsal, own_course, tmp_path):
        done = gradloom(str(tmp_path))
        assert (done.exit_code, done.output.count("\n")) == (1, 1)
        assert "name a folder such as submitted/ada" in done.output
        folder = submit("ada", rehearsal.released)
        (own_course / "assembled" / "ada").mkdir(parents=True)
        (own_course / "assembled" / "ada" / "notes.txt").touch()
        done = gradloom(folder)
        assert (done.exit_code, done.output.count("\n")) == (1, 1)
        assert "assemble did not make it" in done.output
