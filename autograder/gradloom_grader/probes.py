"""Probes: pytest tests that run twice, on the student's engine and on the reference.

An author writes `checks.py` with `@probe`. Under plain pytest a probe judges the reference against
itself. The referee collects the same file once, sends the bare bodies to the worker, and lets the
items judge the answers.
"""

import ast
import contextlib
import copy
import hashlib
import hmac
import inspect
import io
import sys
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from . import faults, holes
from .chapters import find_course, read_course
from .errors import AuthorError
from .faults import Fault
from .kit import compare


@dataclass(frozen=True)
class Drawn:
    """An input that is drawn anew for each submission."""

    draw: Callable[[np.random.Generator], object]


def normal(*shape: int, dtype: str = "float64") -> Drawn:
    """Standard normal entries, each at least 0.1 away from zero."""

    def draw(rng):
        x = rng.standard_normal(shape)
        return np.asarray(x + np.copysign(0.1, x), dtype)

    return Drawn(draw)


def positive(*shape: int, dtype: str = "float64") -> Drawn:
    """Entries between 0.5 and 2.5."""
    return Drawn(lambda rng: np.asarray(rng.uniform(0.5, 2.5, shape), dtype))


@dataclass(frozen=True)
class Probe:
    """One check: a body, its inputs, and the exercise and part that it marks."""

    body: Callable
    exercise: str
    inputs: dict
    part: str
    minor: bool
    gate: bool
    verify: Callable | None

    @cached_property
    def says(self) -> str:
        return " ".join((self.body.__doc__ or "").split())

    @cached_property
    def source(self) -> str:
        """The bare function: no decorator, no docstring, nothing that stays with the referee; nor
        its own name, which may tell what is asked."""
        node = ast.parse(textwrap.dedent(inspect.getsource(self.body))).body[0]
        assert isinstance(node, ast.FunctionDef)
        node.name, node.decorator_list = "asked", []
        node.body = node.body[1:] if ast.get_docstring(node) else node.body
        return ast.unparse(node)


def probe(exercise: str, *, part="", minor=False, gate=False, verify=None, **inputs):
    """Make a test function a probe of `exercise`.

    `inputs` written out make it visible to students; one that is drawn makes it hidden. `part`
    names the part of the exercise it marks, formatted with parametrized values. `minor` probes
    cost half a part. A `gate` belongs to no part: if it fails, the exercise earns nothing (a bank
    of bugs to catch, and of right things to let pass). `verify(expected, answer, **inputs)` judges
    where several answers are right: it returns None or what is wrong, as a sentence.
    """

    def decorate(body):
        marked = Probe(body, exercise, inputs, part, minor, gate, verify)

        def judge(**params):
            if finding := bench.judge(marked, params):
                pytest.fail(finding.message, pytrace=False)

        names = [n for n in inspect.signature(body).parameters if n not in {"gl", *inputs}]
        kind = inspect.Parameter.KEYWORD_ONLY
        judge.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in names])
        judge.__name__, judge.__doc__ = body.__name__, body.__doc__
        judge.__module__, judge.probe = body.__module__, marked
        return judge

    return decorate


@dataclass(frozen=True)
class Case:
    """One pytest item: a probe with its parametrized values."""

    key: str
    probe: Probe
    params: dict

    @cached_property
    def part(self) -> str:
        return self._formatted(self.probe.part)

    @cached_property
    def says(self) -> str:
        return self._formatted(self.probe.says)

    @cached_property
    def visible(self) -> bool:
        return not any(isinstance(v, Drawn) for v in self._given().values())

    def inputs(self, seed: bytes = b"") -> dict:
        """The inputs; the drawn ones come from HMAC(seed, the case), the same for the same seed."""
        key = hmac.digest(seed, self.key.encode(), hashlib.sha256)
        rng = np.random.default_rng(int.from_bytes(key))
        return {name: _input(value, rng) for name, value in self._given().items()}

    def expected(self, engine: ModuleType, inputs: dict):
        """What the body returns on an engine of the referee's own, which is silent meanwhile.

        A body may write into its inputs; what was asked stays.
        """
        with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            return compare.normal(self.probe.body(engine, **copy.deepcopy(inputs)))

    def _given(self) -> dict:
        return {**self.probe.inputs, **self.params}

    def _formatted(self, text: str) -> str:
        return text.format(**self.params) if self.params else text


def _input(value, rng: np.random.Generator):
    if isinstance(value, Drawn):
        return value.draw(rng)
    return np.array(value, "float64") if isinstance(value, list) else value


@dataclass(frozen=True)
class Finding:
    """What a probe found wrong: its kind, what the student is told, and the example in rows."""

    kind: str
    message: str
    rows: tuple[tuple[str, str], ...] = ()


def judge(case: Case, inputs: dict, expected, answer) -> Finding | None:
    """Compare an answer with the reference's. A hidden probe's message shows no value of it."""
    if isinstance(answer, Fault):
        return _failure(case, inputs, answer)
    if case.probe.verify:
        wrong = _verified(case.probe.verify, expected, answer, inputs)
        return Finding("value", f"{case.says}\n{wrong}") if wrong else None
    found = compare.difference(expected, answer)
    if found is None:
        return None
    if not case.visible:
        return Finding(found.kind, f"{case.says}\n{_hidden(expected, found)}")
    values = [("came", compare.show(answer)), ("expected", compare.show(expected))]
    return _example(found.kind, case, inputs, [("they part", found.text), *values])


def is_wrong(case: Case, inputs: dict, expected, answer) -> bool:
    """Whether `judge` would find something."""
    if isinstance(answer, Fault):
        return True
    if case.probe.verify:
        return bool(_verified(case.probe.verify, expected, answer, inputs))
    return compare.difference(expected, answer) is not None


def _verified(verify: Callable, expected, answer, inputs: dict) -> str | None:
    """What `verify` says; an answer that it trips over is not of the kind it asks for."""
    try:
        return verify(expected, compare.normal(answer), **inputs)
    except Exception:
        return f"Another kind of thing came than was expected: {_outlines(expected)}."


def _example(kind: str, case: Case, inputs: dict, came: Iterable[tuple[str, str]]) -> Finding:
    """What a visible probe found: all of it may be seen."""
    asked = [("asked", compare.asked(name, value)) for name, value in inputs.items()]
    rows = (*asked, *came)
    lines = [case.says, *(f"{name}: {text}" for name, text in rows)]
    return Finding(kind, "\n".join(lines), rows)


_KINDS = {
    "structure": "Another kind of thing came than was expected: {expected}.",
    "shape": "The shape differs; expected: {expected}.",
    "dtype": "The dtype differs; expected: {expected}.",
    "value": "The values differ; shapes and dtypes are as expected: {expected}.",
}


def _hidden(expected, found: compare.Difference) -> str:
    return _KINDS[found.kind].format(expected=_outlines(expected))


def _outlines(expected) -> str:
    if isinstance(expected, list):
        return ", ".join(compare.outline(part) for part in expected)
    return compare.outline(expected)


def _failure(case: Case, inputs: dict, fault: Fault) -> Finding:
    """That no answer came."""
    if fault.kind == "error" and case.visible:
        return _example("error", case, inputs, [("raised", faults.raised(fault))])
    return Finding("error", f"{case.says}\n{faults.of_answer(fault)}")


class Bench:
    """Where items find the answers that they judge; by default the reference answers itself."""

    def __init__(self) -> None:
        self.judge: Callable[[Probe, dict], Finding | None] = self._against_itself

    @staticmethod
    def _against_itself(marked: Probe, params: dict) -> Finding | None:
        engine = _reference_for(Path(inspect.getfile(marked.body)).parent)
        case = Case(marked.body.__name__, marked, params)
        inputs = case.inputs()
        expected = case.expected(engine, inputs)
        return judge(case, inputs, expected, case.expected(engine, inputs))

    @contextlib.contextmanager
    def judging(self, judge: Callable[[Probe, dict], Finding | None]):
        """Let the items that run in this block ask `judge`."""
        before, self.judge = self.judge, judge
        try:
            yield
        finally:
            self.judge = before


bench = Bench()


@lru_cache
def _reference_for(chapter: Path) -> ModuleType:
    course = read_course(find_course(chapter))
    return holes.load(course.engine(course.chapter(chapter.name)))


_UNUSED = (
    *("terminal", "cacheprovider", "logging", "warnings", "junitxml"),
    *("unraisableexception", "threadexception"),  # which collect garbage, for half a second
)
PYTEST_OPTIONS = [
    *("-s", "-c", "/dev/null", "--noconftest", "--import-mode=importlib"),
    *(f"-pno:{name}" for name in _UNUSED),
    *("-o", "python_files=checks.py"),
]


class _Collector:
    items: list

    def pytest_collection_finish(self, session) -> None:
        self.items = session.items


def case_of(item: pytest.Item) -> Case:
    """The case that a pytest item of `checks.py` stands for."""
    params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    marked = item.function.probe  # type: ignore[attr-defined]
    return Case(item.name.removeprefix("test_"), marked, params)


def _forget(checks: Path) -> None:
    """Let the next collection import the file, or another of that name, anew."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == str(checks):
            del sys.modules[name]


def run(item: pytest.Item) -> None:
    """Run an item's probe; raises pytest's failure if it finds something wrong."""
    item.function(**case_of(item).params)  # type: ignore[attr-defined]


def collect(checks: Path) -> list[Case]:
    """All cases of a `checks.py`, in its order. Raises AuthorError where it cannot be collected."""
    collector = _Collector()
    options = [*PYTEST_OPTIONS, "--rootdir", str(checks.parent), "--collect-only", str(checks)]
    if not checks.exists():
        raise AuthorError(checks, 1, "the chapter has no checks yet: write this file")
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = pytest.main(options, plugins=[collector])
    finally:
        _forget(checks)
    if status != pytest.ExitCode.OK:
        raise AuthorError(checks, 1, f"pytest cannot collect it: run `pytest {checks}` to see why")
    return [case_of(item) for item in collector.items]
