"""Wrong and right answers are read as text; what cannot be read is told with its line."""

import textwrap

import pytest
from gradloom_grader.answers import read_answers, right, wrong
from gradloom_grader.errors import AuthorError


@pytest.fixture
def read(tmp_path):
    def read(text: str):
        path = tmp_path / "answers.py"
        path.write_text(textwrap.dedent(text), "utf-8")
        return read_answers(path)

    return read


def test_a_misconception_is_a_renamed_piece_and_a_hint(read):
    (answer,) = read(
        '''
        @wrong("ops.Mul.backward")
        def keeps_its_own_factor(self, out_grad, node):
            """Each gradient carries
            the *other* factor."""
            a, b = node._inputs  # both
            return out_grad * a, out_grad * b
        '''
    )
    assert answer.name == "keeps-its-own-factor"
    assert not answer.right
    assert answer.hint == "Each gradient carries the *other* factor."
    assert answer.line == 3
    assert answer.pieces == {
        "ops.Mul.backward": (
            "def backward(self, out_grad, node):\n"
            "    a, b = node._inputs  # both\n"
            "    return out_grad * a, out_grad * b"
        )
    }


def test_an_answer_brings_what_its_file_imports(read):
    (answer,) = read(
        '''
        import numpy as np
        from gradloom.nn import MLP
        from gradloom_grader.answers import wrong

        @wrong("ops.Sin.forward")
        def zero(self, a):
            """No."""
            return 0 * a
        '''
    )
    assert answer.imports == "import numpy as np\nfrom gradloom.nn import MLP"


def test_one_function_can_fill_several_holes(read):
    (answer,) = read(
        '''
        @wrong("ops.{Sin,Cos}.forward", "pieces.f")
        def zero(self, a):
            """No."""
            return 0 * a
        '''
    )
    assert answer.pieces["ops.Cos.forward"] == "def forward(self, a):\n    return 0 * a"
    assert answer.pieces["pieces.f"].startswith("def f(self, a)")
    assert answer.holes == {"ops.Sin.forward", "ops.Cos.forward", "pieces.f"}


def test_a_class_fills_each_hole_with_the_function_of_its_place(read):
    (answer,) = read(
        '''
        @right("ops.Sub.forward", "ops.Div.forward", "pieces.walk")
        class otherwise:
            class Sub:
                def forward(self, a, b):
                    return a - b

            class Div:
                @staticmethod
                def forward(a, b):
                    """Not the hint."""
                    return a / b

            def walk(x):
                return x
        '''
    )
    assert answer.right
    assert answer.pieces["ops.Sub.forward"] == "def forward(self, a, b):\n    return a - b"
    assert answer.pieces["ops.Div.forward"].startswith("@staticmethod\ndef forward(a, b):")
    assert answer.pieces["pieces.walk"] == "def walk(x):\n    return x"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("def f(x):\n    return x\n", 1, "mark f with @wrong"),
        ("@wrong\ndef f(x):\n    'H.'\n", 2, "mark f with @wrong"),
        ("@wrong()\ndef f(x):\n    'H.'\n", 2, "mark f with @wrong"),
        ("@maybe('a.b')\ndef f(x):\n    'H.'\n", 2, "mark f with @wrong"),
        ("@wrong('a.b')\n@wrong('a.c')\ndef f(x):\n    'H.'\n", 3, "mark f with @wrong"),
        ("@wrong('a.b')\ndef f(x):\n    return x\n", 2, "f needs a docstring: it is the hint"),
        ("@right('a.B.c')\nclass f:\n    class X:\n        pass\n", 2, "f has nothing for a.B.c"),
        ("@right('a.B.c')\nclass f:\n    class B:\n        c = 1\n", 2, "nothing for a.B.c"),
        ("@right('a.B')\nclass f:\n    class B:\n        c = 1\n", 2, "a.B in f is not a function"),
        (
            "@right('a.b')\ndef f(x): return 1\n\n\n@right('a.b')\ndef f(x): return 2\n",
            2,
            "f is given twice",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(read, text, line, message):
    with pytest.raises(AuthorError, match=message) as error:
        read(text)
    assert error.value.line == line
    assert error.value.path.name == "answers.py"


def test_a_syntax_error_is_the_authors_too(read):
    with pytest.raises(AuthorError):
        read("def f(:\n")


def test_a_chapter_without_answers_has_none(tmp_path):
    assert read_answers(tmp_path / "answers.py") == []


def test_the_decorators_leave_what_they_mark_alone():
    def piece():
        return 1

    assert wrong("ops.Mul.backward")(piece) is piece
    assert right("ops.Mul.backward")(piece) is piece
