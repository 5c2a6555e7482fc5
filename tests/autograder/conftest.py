import pytest
from gradloom_grader.jail import Cell, Jail, Limits, Question

TINY_KIT = {
    "__init__": "from .ops import Mul, Tensor\n",
    "ops": (
        "class Tensor:\n    def __init__(self, data):\n        self.data = data\n\n\n"
        "class Mul:\n    def forward(self, a, b):\n        return a * b\n"
    ),
    "kit/__init__": "from .weave import weave\n",
    "kit/weave": (
        "from .. import ops\n\n\n"
        "def weave(written):\n    ops.Mul.forward = written.forward\n    return ops.Mul\n"
    ),
}
QUICK = Limits(cell_seconds=0.5, probe_seconds=0.5, submission_seconds=20, memory=600 * 2**20)


@pytest.fixture(scope="session")
def tiny_kit():
    return dict(TINY_KIT)


@pytest.fixture(scope="session")
def jail():
    with Jail(TINY_KIT, QUICK) as jail:
        yield jail


@pytest.fixture
def run(jail):
    """Run cells given as texts; ask functions given as texts, with inputs for all of them."""

    def run(*cells, ask=(), inputs=None, **options):
        questions = [Question(str(n), source, inputs or {}) for n, source in enumerate(ask)]
        named = [Cell(f"c{n}", source) for n, source in enumerate(cells)]
        return jail.run(named, [questions], **options)

    return run


@pytest.fixture
def cell(run):
    """The result of one cell."""
    return lambda source: run(source).cells["c0"]


@pytest.fixture
def answer(run):
    """The answer to one question, after one cell."""
    return lambda body, before="": run(before, ask=[f"def ask(gl): {body}"]).answers["0"]
