"""What honest code finds in a worker."""

import numpy as np
from gradloom_grader import memory, wire
from gradloom_grader.jail import Cell, Fault, Question


def test_cells_share_a_main_module(run):
    found = run(
        "import sys, __main__\nx = 1",
        "print(x, __main__.x, sys.modules['__main__'].__dict__ is globals(), __name__)",
    )
    assert found.cells["c1"].output == "1 1 True __main__\n"
    assert found.flags == []


def test_standard_output_and_errors_are_kept_in_order(cell):
    found = cell(
        "import sys, warnings\nprint('one')\nprint('zwö', file=sys.stderr)\n"
        "sys.stdout.buffer.write(b'three\\xff')\nsys.stdout.close()"
    )
    assert found.fault is None
    assert found.output == "one\nzwö\nthree�"


def test_each_cell_has_its_own_output(run):
    found = run("print(1)\n1 / 0", "print(2)")
    assert [result.output for result in found.cells.values()] == ["1\n", "2\n"]


def test_a_warning_costs_nothing(cell):
    found = cell("import warnings\nwarnings.warn('careful')")
    assert found.fault is None
    assert "UserWarning: careful" in found.output


def test_an_error_says_where(run):
    ask = ["def ask(gl):\n import __main__ as m; m.f()"]
    found = run("def f():\n    return [][1]", "\n\nf()", ask=ask)
    expected = Fault("error", "IndexError", True, "list index out of range", 2, "c0")
    assert found.cells["c1"].fault == found.answers["0"] == expected


def test_a_syntax_error_says_where(cell):
    fault = cell("x = 1\ny = = 2").fault
    assert (fault.name, fault.builtin, fault.line, fault.cell) == ("SyntaxError", True, 2, "c0")


def test_the_next_cell_goes_on_after_an_error(run):
    assert run("1 / 0", "print('on')").cells["c1"].output == "on\n"


def test_source_is_shown(cell):
    found = cell(
        "import inspect, traceback\ndef f():\n    raise KeyError\n"
        "print(inspect.getsource(f))\ntry:\n    f()\nexcept KeyError:\n    traceback.print_exc()"
    )
    assert found.output.count("raise KeyError") == 2


def test_what_ipython_adds(cell):
    found = cell(
        "%matplotlib inline\n!ls\nfiles = !ls\nlen?\n"
        "from IPython import get_ipython\nget_ipython().run_line_magic('load_ext', 'x')\n"
        "get_ipython().magic('%pylab')\n%time y = 3\ndisplay(y, files)"
    )
    assert found.fault is None
    assert found.output.splitlines() == [
        "(%matplotlib does nothing here)",
        *["(there is no shell here)"] * 2,
        "(%pinfo does nothing here)",
        "(%load_ext does nothing here)",
        "(%pylab does nothing here)",
        "3",
        "[]",
    ]


def test_cell_magics(run):
    found = run("%%time\nx = 1\n1 / 0", "%%bash\nls", "print(x)")
    assert found.cells["c0"].fault.line == 3
    assert "not run" in found.cells["c1"].output
    assert found.cells["c2"].output == "1\n"


def test_figures(run):
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show(); plt.savefig('a.png')"
    found = run(*[draw] * 3, "import os; print(plt.get_fignums(), os.path.getsize('a.png') > 0)")
    assert [result.output for result in found.cells.values()] == ["", "", "", "[] True\n"]


def test_a_private_home(cell):
    found = cell(
        "import os, tempfile\nprint(os.getcwd(), os.path.expanduser('~'), os.listdir())\n"
        "open('notes.txt', 'w').write('mine')\ntempfile.mkdtemp()"
    )
    assert (found.fault, found.output) == (None, "/tmp /tmp []\n")


def test_there_is_nothing_to_read_from(cell):
    assert cell("input()").fault.name == "EOFError"


def test_holes_are_filled_for_one_run(run):
    piece = "class Mul:\n    def forward(self, a, b):\n        return Tensor(a - b).data\n"
    found = run(
        "from gradloom import Mul\nprint(Mul().forward(2, 3))",
        ask=["def ask(gl): return sorted(__import__('sys').modules['gradloom.kit.weave'].inert)"],
        filled={"ops.Mul.forward": piece},
    )
    assert found.cells["c0"].output == "-1\n"
    assert found.answers["0"] == ["ops.Mul.forward"]
    assert run("from gradloom import Mul\nprint(Mul().forward(2, 3))").cells["c0"].output == "6\n"


def test_changes_hold_for_one_run(run):
    changes = {"ops": "class Tensor: pass\n\n\nclass Mul:\n    forward = 7\n"}
    ask = ["def ask(gl): return gl.Mul.forward if gl.Mul.forward == 7 else 0"]
    assert run(ask=ask, changes=changes).answers == {"0": 7}
    assert run(ask=ask).answers == {"0": 0}


def test_changes_are_compiled_in_the_child(run):
    changes = {"ops": "class Tensor: pass\n\n\nclass Mul:\n    forward = 8\n"}
    ask = ["def ask(gl): return gl.Mul.forward if gl.Mul.forward == 8 else 0"]
    assert run(ask=ask).answers == {"0": 0}
    before = memory.compile_module.cache_info().misses
    assert run(ask=ask, changes=changes).answers == {"0": 8}
    assert run(ask=ask, changes={"ops": "1 +"}).answers["0"].name == "SyntaxError"
    assert memory.compile_module.cache_info().misses == before


def test_changes_that_do_not_load(run):
    found = run("x = 1", ask=["def ask(gl): return 1"], changes={"ops": "1 / 0"})
    assert found.cells["c0"].fault.name == "ZeroDivisionError"
    assert found.answers["0"].name == "ZeroDivisionError"


def test_cells_that_are_skipped(run):
    found = run(
        "x = 1", "x = 2", ask=["def ask(gl):\n import __main__ as m; return m.x"], skip=["c1"]
    )
    assert found.answers["0"] == 1
    assert list(found.cells) == ["c0"]


def test_inputs_arrive_as_they_are(run):
    body = (
        "def ask(gl, a, s, n):\n a[0] = 5.0\n"
        " return type(a).__name__, str(a.dtype), type(s).__name__, n, a.flags.owndata"
    )
    inputs = {"a": np.zeros(3), "s": (2, 3), "n": None}
    assert run(ask=[body], inputs=inputs).answers["0"][:4] == ["ndarray", "float64", "tuple", None]
    assert inputs["a"].tolist() == [0, 0, 0]


def test_a_question_sees_nothing_but_numpy(answer):
    assert answer("return sorted(globals())") == ["__builtins__", "__name__", "ask", "np"]


def test_answers(run):
    found = run(
        ask=[
            "def ask(gl): return gl.Tensor(np.ones((2, 3), 'f4'))",
            "def ask(gl): return 1, [2.5, {'a': np.float64(3)}], None, True, 'x'",
            "def ask(gl): return object()",
            "def ask(gl): return print('hidden')",
        ]
    )
    tensor, values, thing, nothing = found.answers.values()
    assert (type(tensor), tensor.data.shape, tensor.data.dtype) == (wire.Tensor, (2, 3), "f4")
    assert values == [1, [2.5, {"a": 3.0}], None, True, "x"]
    assert thing == wire.NotAValue("object")
    assert nothing is None


def test_random_numbers_are_the_same_every_time(run):
    draw = "import random, numpy as np\nprint(random.random(), np.random.rand(2), hash('x'))"
    ask = ["def ask(gl): return np.random.rand(2)"] * 2
    first, second = run(draw, draw, ask=ask), run(draw, draw, ask=ask)
    assert first.cells == second.cells
    assert first.cells["c0"].output != first.cells["c1"].output
    assert np.array_equal(first.answers["0"], first.answers["1"])


def test_rounds(jail):
    rounds = [
        [Question("a", "def ask(gl): return 1", {})],
        [Question("b", "def ask(gl): return 2", {})],
    ]
    assert jail.run([Cell("c", "")], rounds).answers == {"a": 1, "b": 2}


def test_more_than_the_socket_holds(run):
    ask = ["def ask(gl, a): return a"] * 8
    found = run(ask=ask, inputs={"a": np.arange(200_000.0)})
    assert all(answer[-1] == 199_999 for answer in found.answers.values())


def test_threads_work(cell):
    found = cell(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: print(list(pool.map(abs, [-1, 2])))"
    )
    assert found.output == "[1, 2]\n"
