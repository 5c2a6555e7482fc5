"""What an instructor is told to look at."""

import ast

import pytest
from gradloom_grader.flags import flags, may_have_flags

NUDGES = "computes a forward in its backward, as finite differences do"
COMPLEX = "uses complex numbers in its backward"


def told(source: str) -> list[str]:
    return list(flags(ast.parse(source)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os.path\nfrom urllib.request import urlopen", ["uses os, urllib"]),
        ("exec('1')", ["uses exec"]),
        ("def check(name): pass", ["replaces check"]),
        ("kit.check = print\nweave = None", ["replaces check", "replaces weave"]),
        ("class Mul:\n    def backward(self, g, node): return self.forward(1, 2)", [NUDGES]),
        ("def make():\n    def backward(self, g, node): return f(x + 1e-30j)", [COMPLEX]),
    ],
)
def test_flagged(source, expected):
    assert told(source) == expected
    assert may_have_flags(source)


@pytest.mark.parametrize(
    "source",
    [
        "import \\\nos",
        "a @weave; weave = 1",
        "f(1.j, .5J, 1_0j)",
        "import \uff4f\uff53",
        "self.\\\nforward(1)",
    ],
)
def test_nothing_hides_from_a_look_at_the_words(source):
    assert may_have_flags(source)


def test_a_usual_cell_is_not_looked_at():
    usual = "@weave\nclass Mul:\n    def forward(self, a): ...\n    def backward(self, g): return g"
    assert not may_have_flags(usual)


@pytest.mark.parametrize(
    "source",
    [
        "check('mul-backward')\nfrom gradloom.kit import check, weave",
        "def forward(self, a): return np.exp(1j * a).imag",
        "class Mul:\n    def forward(self, a): return a\n    def backward(self, g, node): return g",
    ],
)
def test_not_flagged(source):
    assert told(source) == []
