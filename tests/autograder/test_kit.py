"""`weave` and `check`, on a student's machine: in an interpreter that has the released kit only."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

SITE = Path(np.__file__).parents[1]
START = """
import sys
sys.path[:0] = [FOLDER, SITE]
import io, contextlib, json, traceback
import numpy as np
import gradloom
from gradloom import *
from gradloom import ops, tensor
from gradloom.kit import check, weave
from gradloom.kit.check import CheckFailed
told = {}

def tried(exercise):
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            check(exercise)
    except CheckFailed as error:
        return ["failed", *error._render_traceback_()]
    return ["passed", *out.getvalue().splitlines()]
"""
MUL = """
@weave
class Mul(Function):
    def backward(self, out_grad, node):
        a, b = node._inputs
        return out_grad * b, out_grad * a
"""
STUB = """
@weave
class Mul(Function):
    '''a * b.'''
    def backward(self, out_grad, node):
        '''Docs.'''
        raise NotImplementedError
"""


@pytest.fixture
def student(release_folder, tmp_path):
    """Run cells as a student would; returns what they put into `told`."""

    def student(*cells: str) -> dict:
        head = START.replace("FOLDER", repr(str(release_folder))).replace("SITE", repr(str(SITE)))
        script = "\n".join([head, *(textwrap.dedent(c) for c in cells), "print(json.dumps(told))"])
        path = tmp_path / "cells.py"
        path.write_text(script, "utf-8")
        done = subprocess.run(
            [sys.executable, "-I", "-W", "error", str(path)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return student


class TestWeave:
    def test_a_class_gives_its_members_to_the_kits_class_and_stays_that_class(self, student):
        told = student(
            "before, forward = ops.Mul, ops.Mul.forward",
            MUL,
            """
            told["one"] = Mul is before is ops.Mul
            told["kept"] = ops.Mul.forward is forward
            node = Tensor([2.0], requires_grad=True) * Tensor([4.0], requires_grad=True)
            told["is"] = isinstance(node._op, Mul)
            told["grads"] = [g.data.tolist() for g in node._op.backward(Tensor([3.0]), node)]
            """,
        )
        assert told == {"one": True, "kept": True, "is": True, "grads": [[12.0], [6.0]]}

    def test_a_method_goes_where_its_self_says(self, student):
        told = student(
            """
            @weave
            def __neg__(self: Tensor):
                return "negated"

            @weave
            def __abs__(self: "Tensor"):
                return "absolute"

            told["neg"], told["abs"] = -Tensor([1.0]), abs(Tensor([1.0]))
            """
        )
        assert told == {"neg": "negated", "abs": "absolute"}

    def test_a_function_is_replaced_wherever_the_kit_has_it(self, student):
        told = student(
            """
            before = [gradloom.pieces.chain_by_hand]

            @weave
            def chain_by_hand(d, out_grad):
                return "mine"

            told["same"] = gradloom.pieces.chain_by_hand is chain_by_hand
            told["mine"] = gradloom.pieces.chain_by_hand(None, None)
            told["new"] = before[0] is not chain_by_hand
            """
        )
        assert told == {"same": True, "mine": "mine", "new": True}

    def test_properties_statics_and_super_work(self, student):
        told = student(
            """
            @weave
            class Mul(Function):
                @property
                def name(self):
                    return "product"

                @staticmethod
                def two():
                    return 2

                @classmethod
                def me(cls):
                    return cls.__name__

                def gradients(self, out_grad, node):
                    return super().gradients(out_grad, node)

                def backward(self, out_grad, node):
                    assert __class__ is ops.Mul
                    return out_grad, out_grad

            node = Tensor([2.0], requires_grad=True) * Tensor([4.0], requires_grad=True)
            told["name"], told["two"], told["me"] = ops.Mul().name, Mul.two(), Mul.me()
            told["cell"] = [g.data.tolist() for g in node._op.backward(Tensor([1.0]), node)]
            """
        )
        assert told == {"name": "product", "two": 2, "me": "Mul", "cell": [[1.0], [1.0]]}

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("class Mull: pass", "the kit has no Mull to weave into. Did you mean Mul?"),
            ("class Zebra9: pass", "the kit has no Zebra9 to weave into."),
            ("def chain_by_hands(d): pass", "Did you mean chain_by_hand?"),
            ("def f(self: Tensr): pass", "name 'Tensr' is not defined"),
            ("def f(self: 'Tensr'): pass", "Did you mean Tensor?"),
        ],
    )
    def test_an_unknown_name_is_told_with_a_guess(self, student, code, message):
        told = student(
            f"""
            try:
                @weave
                {code}
            except NameError as error:
                told["error"] = str(error)
            """
        )
        assert message in told["error"]

    def test_something_else_is_refused(self, student):
        told = student("try:\n    weave(3)\nexcept TypeError as e:\n    told['error'] = str(e)")
        assert "@weave goes on a class or a function" in told["error"]

    def test_an_untouched_stub_restores_the_kits_own(self, student):
        told = student(
            "stub = ops.Mul.backward",
            MUL,
            "told['woven'] = ops.Mul.backward is not stub",
            STUB,
            """
            told["restored"] = ops.Mul.backward is stub
            try:
                ops.Mul().backward(None, None)
            except NotImplementedError as error:
                told["names"] = str(error)
            """,
        )
        assert told["woven"]
        assert told["restored"]
        assert told["names"] == "you write this in chapter 4: mul-backward"

    def test_it_is_inert_for_holes_that_the_grader_has_filled(self, student):
        told = student(
            """
            from gradloom.kit import weave as _
            module = sys.modules["gradloom.kit.weave"]
            module.inert = {"ops.Mul.backward", "pieces.chain_by_hand", "tensor.Tensor.__neg__"}
            kept = ops.Mul.backward, gradloom.pieces.chain_by_hand, vars(Tensor)["__neg__"]
            """,
            MUL + "    def helper(self):\n        return 7\n",
            """
            @weave
            def chain_by_hand(d, out_grad):
                return 1

            @weave
            def __neg__(self: Tensor):
                return 1

            now = ops.Mul.backward, gradloom.pieces.chain_by_hand, vars(Tensor)["__neg__"]
            told["kept"] = kept == now
            told["helper"] = Mul().helper()
            told["bound"] = chain_by_hand is gradloom.pieces.chain_by_hand
            """,
        )
        assert told == {"kept": True, "helper": 7, "bound": True}


class TestCheck:
    def test_untouched_says_so_in_one_line(self, student):
        told = student("told['it'] = tried('mul-backward')")["it"]
        assert told[0] == "failed"
        assert len(told) == 2
        assert told[1].startswith("mul-backward: nothing here yet")

    def test_right_says_that_every_example_passes(self, student):
        told = student(MUL, "told['it'] = tried('mul-backward')")["it"]
        assert told[0] == "passed"
        assert "every example passes" in told[1]
        assert not [line for line in told if "FAILED" in line]

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ("return out_grad * a, out_grad * b", ["asked", "came", "expected", "[0]", "12"]),
            ("return out_grad * b, Tensor([1.0])", ["shape (1,) came, (2,) was expected"]),
            ("return np.array([12, 10]), out_grad * a", ["int64 came, float64 was expected"]),
            ("return None", ["None came, a list of 2 was expected (a function without"]),
            ("return np.concatenate(a), a", ["raised", "in line 27: return np.concatenate(a), a"]),
            ("return out_grad * c, a", ["raised", "NameError", "c"]),
            ("raise ValueError('x' * 300)", ["raised", "ValueError"]),
            ("return ops.Sin().backward(out_grad, node), a", ["not written yet", "chapter 4"]),
            ("return " + "(out_grad," * 30 + ")" * 30 + ", a", ["came"]),
        ],
    )
    def test_wrong_says_what_was_asked_came_and_should_have_come(self, student, body, words):
        code = MUL.replace("return out_grad * b, out_grad * a", body)
        told = student(code, "told['it'] = tried('mul-backward')")["it"]
        assert told[0] == "failed"
        assert any("FAILED" in line for line in told)
        for word in words:
            assert word in " ".join(" ".join(told).split())
        assert max(map(len, told)) <= 80

    def test_it_raises_and_renders_itself(self, student):
        told = student(
            """
            try:
                check("mul-backward")
            except CheckFailed as error:
                told["lines"] = error._render_traceback_() == str(error).splitlines()
            """
        )
        assert told["lines"]

    @pytest.mark.parametrize(
        "code",
        [
            MUL.replace("@weave\n", ""),
            MUL + MUL.replace("@weave\n", "").replace("* b", "* a"),
        ],
    )
    def test_a_forgotten_weave_is_told_even_over_an_older_woven_one(self, student, code):
        told = student(code, "told['it'] = tried('mul-backward')")["it"]
        assert told[0] == "failed"
        assert "put @weave on the line above `class Mul`" in " ".join(told)

    def test_a_forgotten_weave_above_a_function_and_a_method(self, student):
        told = student(
            """
            def chain_by_hand(d, out_grad):
                return 1

            def __neg__(self: Tensor):
                return 1

            told["function"] = tried("chain-by-hand")[1]
            told["method"] = tried("operators")[1]
            """
        )
        assert "`def chain_by_hand`" in told["function"]
        assert "`def __neg__`" in told["method"]

    def test_an_unknown_exercise_gets_a_guess(self, student):
        told = student("told['it'] = tried('mul-backwards'), tried('zzz'), tried(3)")["it"]
        assert "Did you mean 'mul-backward'?" in " ".join(told[0][1:])
        assert "mul-backward" in " ".join(told[1])
        assert told[2][0] == "failed"

    def test_no_line_of_any_check_is_longer_than_80(self, student, chapter, rehearsal):
        """Untouched, right, and wrong in every hole."""
        ids = {e.id for e in chapter.exercises}
        solved = ["".join(c["source"]) for c in rehearsal.solved()["cells"] if c["id"] in ids]
        ask = f"told['it'] = [tried(name) for name in {sorted(ids)!r}]"
        for cells in ([], solved, [s.replace("return ", "return 3.5, ") for s in solved]):
            for lines in student(*cells, ask)["it"]:
                assert max(map(len, lines)) <= 80

    def test_a_forgotten_return_is_named_where_the_example_stumbles_over_it(self, student):
        forgetting = """
            @weave
            def __sub__(self: Tensor, other):
                Tensor(self.data - other.data)
            """
        told = student(forgetting, "told['it'] = tried('operators')")["it"]
        assert "(None is what a function without `return` gives.)" in "\n".join(told)

    @pytest.mark.parametrize(
        ("signal", "word"),
        [("SIGINT", "You interrupted it."), ("SIGALRM", "Is there a loop that never ends?")],
    )
    def test_a_loop_that_never_ends_is_stopped_and_placed(self, student, signal, word):
        looping = MUL.replace("a, b = node._inputs", "while True: continue")
        told = student(
            looping,
            f"""
            import os, signal, threading
            threading.Timer(0.5, os.kill, (os.getpid(), signal.{signal})).start()
            told["it"] = tried("mul-backward")
            told["after"] = signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
            told["alarm"] = signal.getitimer(signal.ITIMER_REAL)
            """,
        )
        assert told["it"][0] == "failed"
        assert told["it"][1].startswith("stopped  ")
        assert word in told["it"][-2]
        assert told["it"][-1] == "in line 26: while True: continue"
        assert told["after"]
        assert told["alarm"] == [0, 0]

    def test_an_example_has_only_so_many_seconds(self, student):
        looping = MUL.replace("a, b = node._inputs", "while True: continue")
        told = student(
            looping,
            """
            sys.modules["gradloom.kit.check"].SECONDS = 0.3
            told["it"] = tried("mul-backward")
            """,
        )
        assert "0.3 seconds are over. Is there a loop that never ends?" in told["it"]

    def test_an_input_changed_in_place_does_not_spoil_the_next_check(self, student):
        spoiling = MUL.replace("a, b = node._inputs", "a, b = node._inputs; out_grad.data[:] = 9")
        told = student(spoiling, "tried('mul-backward')", MUL, "told['it'] = tried('mul-backward')")
        assert told["it"][0] == "passed"

    def test_without_its_examples_it_says_what_is_missing(self, student):
        told = student(
            """
            from pathlib import Path
            sys.modules["gradloom.kit.examples"].FILE = Path("nowhere.json")
            told["it"] = tried("mul-backward")
            """
        )["it"]
        assert "put the released folder gradloom/ beside the notebook" in " ".join(told)
