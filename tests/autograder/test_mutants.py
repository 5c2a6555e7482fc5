"""Mutants: what is changed, what is left alone, and which of them live."""

import ast

import pytest
from gradloom_grader import mutants
from gradloom_grader.errors import AuthorError
from gradloom_grader.mutants import Mutant
from gradloom_grader.trial import snapshot


def changed(body: str, arguments: str = "a") -> set[str]:
    """The bodies that come of one body, on a line each."""
    function = ast.parse(f"def f({arguments}):\n" + "".join(f"    {b}\n" for b in body.split("; ")))
    pieces = mutants._changed(function.body[0])
    texts = {"; ".join(line.strip() for line in piece.splitlines()[1:]) for piece in pieces}
    return texts - {ast.unparse(function).partition(":\n")[2].strip()}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a - 2", {"a + 2", "2 - a", "a", "2", "a - 3", "a - -2", "a - 0"}),
        ("return a * a", {"a / a", "a + a", "a"}),
        ("return a < 0.5", {"a <= 0.5", "a > 0.5", "a < 1.5", "a < -0.5", "a < 0.0"}),
        ("return a and True", {"a or True", "a and False"}),
        ("return not a", {"a"}),
        ("return a if a else 'x'", {"a if not a else 'x'", "a if a else 'xx'"}),
        (
            "return [x for x in a if x]",
            {"[x for x in a]", "[x for x in a if a]", "[a for x in a if x]"},
        ),
        (
            "return g(a, 1, k=a)",
            {"g(1, a, k=a)", "g(a, 1)", "g(a, 2, k=a)", "g(a, -1, k=a)", "g(a, 0, k=a)"},
        ),
        ("return a, 0", {"(0, a)", "(a, 1)"}),
        ("return f'{a} < 1'", set()),
    ],
)
def test_expressions(body, expected):
    found = {text.removeprefix("return ") for text in changed(body)} - {"pass"}
    assert found == expected


def test_statements():
    found = changed("b = a; b += 1; return b")
    assert {"pass; b += 1; return b", "b = a; pass; return b", "b = a; b += 1; pass"} <= found
    assert {"b = a; b -= 1; return b", "b = a; b = 1; return b"} <= found


def test_loops_are_left_and_continued():
    found = changed("for x in a:\n        break")
    assert "for x in a:; continue" in found


def test_names_change_among_arguments_and_what_was_bound_before():
    found = changed("c = a; d = c; return len(d)", "a, b")
    assert "c = b; d = c; return len(d)" in found
    assert "c = a; d = b; return len(d)" in found
    assert "c = d; d = c; return len(d)" not in found
    assert not [text for text in found if "len" not in text and "pass" not in text]


def test_what_is_raised_is_words():
    assert changed("if a:\n        raise ValueError('no', 1)") == {
        "if not a:; raise ValueError('no', 1)",
        "if a:; pass",
        "pass",
    }


def test_guards_and_annotations_are_left_alone():
    found = changed("assert a; b: int | None = zip(a, strict=True); return b")
    assert not [text for text in found if "assert a;" not in text]
    assert not [text for text in found if "b:" in text and "b: int | None" not in text]
    assert not [text for text in found if "zip" in text and "strict=True" not in text]


def test_a_mutant_names_its_hole_and_what_differs():
    mutant = Mutant(
        "e", "m.f", "def f(a):\n    b = 1\n    return -b", "def f(a):\n    b = 2\n    return -b"
    )
    assert mutant.name == "m.f: - b = 2 + b = 1"


def test_the_holes_of_a_chapter_without_docstrings_and_annotations(course, chapter):
    found = [m for m in mutants.mutants(course, chapter) if m.hole == "ops.Mul.backward"]
    assert len({m.piece for m in found}) == len(found) > 10
    assert all(m.piece.startswith("def backward(self, out_grad, node):\n    ") for m in found)
    assert not [m for m in found if '"""' in m.piece]


@pytest.fixture(scope="module")
def result(course_folder):
    """Chapter 4, with one line about a mutant that is none and without that about ReLU."""
    with snapshot(course_folder, "04_elementwise") as course:
        path = course.chapter("04_elementwise").folder / "equivalent.txt"
        lines = [line for line in path.read_text("utf-8").splitlines() if "ops.ReLU.f" not in line]
        path.write_text("\n".join([*lines, "ops.Nothing: - a + b  # a reason"]), "utf-8")
        return mutants.run(course, "04_elementwise")


def test_survivors_are_listed(result):
    assert [m.hole for m in result.survivors] == ["ops.ReLU.forward"]
    assert result.survivors[0].exercise == "unary-forward"


def test_those_that_do_the_same_are_not(result):
    assert "tensor.Tensor.__rmul__" in [m.hole for m in result.equivalent]
    assert not set(result.equivalent) & set(result.survivors)


@pytest.mark.parametrize(
    ("line", "told"), [("m.f: - b + c", True), ("m.f: - b*", True), ("m.f: - b", False)]
)
def test_a_line_tells_of_one_or_with_a_star_of_all_that_begin_so(line, told):
    mutant = Mutant("e", "m.f", "def f(a):\n    c", "def f(a):\n    b")
    assert mutants._tells(line, mutant) is told


def test_what_is_no_survivor_is_told(result):
    assert result.stale == ["ops.Nothing: - a + b"]


def test_the_share_is_of_those_that_do_not_do_the_same(result):
    assert result.share == result.killed / (result.killed + 1) > 0.99


def test_a_line_without_a_reason_is_refused(tmp_path):
    (tmp_path / "equivalent.txt").write_text("m.f: - a + b  # why\n\nm.f: - a + c\n", "utf-8")
    with pytest.raises(AuthorError, match=r"equivalent.txt:3: say why"):
        mutants.read_equivalent(tmp_path)
