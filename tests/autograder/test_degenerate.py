"""Fillings that compute nothing: what stands for a result, whatever a hole returns."""

import pytest
from gradloom_grader import degenerate
from gradloom_grader.answers import Answer
from gradloom_grader.chapters import Exercise

ENGINE = {
    "m": """
class Tensor:
    def __neg__(self) -> "Tensor":
        return 1

    @property
    def parents(self) -> list["Tensor"]:
        return 1

    def item(self) -> float:
        return 1


class Mul(Function):
    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        return a * b

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        return 1


def check(f: Callable[[float], float], eps: float = 1e-6) -> tuple[bool, str]:
    return 1


def shape(x: Tensor) -> tuple[int, ...]:
    return 1


def name(x: Tensor) -> str | None:
    return 1


def loss(pred: Operand, *targets: Operand, axis: int = 0) -> Tensor:
    return 1


def walk(root: Tensor) -> Iterator[Tensor]:
    return 1


def reset(root: Tensor) -> None:
    return 1


def same(x: Tensor) -> Tensor:
    return x
"""
}


def found(*holes: str, answers=()):
    exercise = Exercise("e", holes, 1, 1, 1, 1)
    return degenerate.fillings(ENGINE, exercise, answers)


@pytest.mark.parametrize(
    ("hole", "values"),
    [
        ("m.Tensor.__neg__", ["0.0 * self", "0.0 * self + 1.0", "self"]),
        ("m.Tensor.parents", ["[]", "self"]),
        ("m.Tensor.item", ["0.0", "1.0", "self"]),
        ("m.Mul.forward", ["0.0 * a", "0.0 * a + 1.0", "a", "b"]),
        (
            "m.Mul.backward",
            [
                "0.0 * out_grad, 0.0 * out_grad",
                "0.0 * out_grad + 1.0, 0.0 * out_grad + 1.0",
                "out_grad, out_grad",
                "node, node",
            ],
        ),
        ("m.check", ["False, ''", "True, ''", "f, f", "eps, eps"]),
        ("m.shape", ["()", "x"]),
        ("m.name", ["None", "''", "x"]),
        ("m.loss", ["0.0", "1.0", "pred", "targets", "axis"]),
        ("m.walk", ["[]", "root"]),
        ("m.reset", ["None"]),
    ],
)
def test_constants_of_the_kind_that_is_returned_and_arguments(hole, values):
    assert [filling.value for filling in found(hole)] == values


def test_the_reference_itself_is_no_such_filling():
    assert [filling.value for filling in found("m.same")] == ["0.0 * x", "0.0 * x + 1.0"]


def test_nor_is_an_alternative():
    right = Answer("zero", True, "", {"m.same": "def same(y):\n    return 0.0 * y"}, 1)
    wrong = Answer("one", False, "", {"m.same": "def same(y):\n    return 0.0 * y + 1.0"}, 1)
    assert [f.value for f in found("m.same", answers=[right, wrong])] == ["0.0 * x + 1.0"]


def test_a_piece_keeps_the_signature_without_annotations():
    piece = found("m.loss")[0].pieces["m.loss"]
    assert piece == "def loss(pred, *targets, axis=0):\n    return 0.0"


def test_several_holes_are_filled_one_by_one_and_then_together():
    fillings = found("m.walk", "m.reset")
    assert [f.says for f in fillings] == [
        "`return []` in m.walk",
        "`return root` in m.walk",
        "`return None` in m.reset",
        "`return []; None` in m.walk, m.reset",
        "`return root; None` in m.walk, m.reset",
    ]
