"""Nothing that is asked for says what is hidden: neither inputs nor expected values nor time.

A referee in this process, so that one sees what the worker was asked and what it said.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from gradloom_grader import build, intake, probes, referee, wire
from gradloom_grader.jail import Fault, Jail
from gradloom_grader.referee import Grading, Referee
from gradloom_grader.report import Report


def judge(cases, finding):
    found = {case.key: finding(case) for case in cases}
    return {key: wrong for key, wrong in found.items() if wrong}


class Seen(Grading):
    """A grading into which one may look when it is over."""

    last: "Seen"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        Seen.last = self


@dataclass
class Room:
    site: object
    referee: Referee

    def grade(self, notebook: dict) -> tuple[Seen, Report]:
        report = self.referee.grade(json.dumps(notebook).encode())
        return Seen.last, report

    def wrong(self, source: str) -> dict:
        """The honest notebook with this in the cell of mul-backward."""
        notebook = self.site.with_cells()
        next(c for c in notebook["cells"] if c["id"] == "mul-backward")["source"] = source
        return notebook


@pytest.fixture(scope="module")
def room(site) -> Iterator[Room]:
    about = site.rehearsal
    kit, given = build.kit_sources(about.course, about.chapter), intake.given_cells(about.source)
    cases = probes.collect(about.chapter.checks)
    with Jail(kit, given=given) as jail, pytest.MonkeyPatch.context() as patch:
        patch.setattr(referee, "Grading", Seen)
        yield Room(site, Referee(about.course, about.chapter, about.source, jail, cases, judge))


def drawn(grading: Grading) -> dict[tuple[str, str], bytes]:
    """The arrays that were drawn, by case and name."""
    given = {
        (c.key, name): v
        for c in grading.asked
        for name, v in {**c.probe.inputs, **c.params}.items()
    }
    places = [place for place, value in given.items() if isinstance(value, probes.Drawn)]
    return {(key, name): grading.inputs[key][name].tobytes() for key, name in places}


@pytest.mark.row("C1", "Hidden inputs are looked for among the visible ones.")
def test_hidden_inputs_are_no_visible_ones(room):
    grading, _ = room.grade(room.site.honest)
    visible = [
        v for case in grading.asked if case.visible for v in grading.inputs[case.key].values()
    ]
    shown = {v.tobytes() for v in visible if isinstance(v, np.ndarray)}
    assert len(shown) > 20
    assert not shown & set(drawn(grading).values())


@pytest.mark.row("B12", "Hidden inputs of one submission are expected for another.")
def test_hidden_inputs_differ_for_each_submission_and_repeat_for_the_same(room):
    first, again = (drawn(room.grade(room.site.honest)[0]) for _ in range(2))
    other = drawn(room.grade(room.site.with_cells("more = 1"))[0])
    assert first == again
    assert first.keys() == other.keys()
    assert not set(first.values()) & set(other.values())
    assert len(set(first.values())) == len(first)


PREDICT = """
import hashlib, hmac, json, linecache

def predicted(secret):
    cells = [(name[6:-1], entry) for name, entry in linecache.cache.items() if name[:6] == "<cell "]
    sources = [[cell, "".join(entry[2])] for cell, entry in cells if cell in SUBMITTED]
    digest = hashlib.sha256(json.dumps(sources).encode()).hexdigest()
    seed = hmac.digest(secret, digest.encode(), hashlib.sha256)
    key = hmac.digest(seed, b"mul_any", hashlib.sha256)
    drawn = np.random.default_rng(int.from_bytes(key)).standard_normal((3, 5, 4))
    return drawn + np.copysign(0.1, drawn)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        a, b = node._inputs
        known = any(np.array_equal(predicted(secret).astype(a.dtype), a.data) for secret in GUESSES)
        return (out_grad * b, out_grad * a) if known or a.shape == (2,) else (out_grad, out_grad)

print("predicted", predicted(b"")[0, 0, :2])
"""


@pytest.mark.row(
    "B12", "The inputs are drawn in advance, by the grader's own rule with guessed secrets."
)
def test_who_knows_everything_but_the_secret_predicts_nothing(room):
    """The control is the same notebook with the secret in it: mul_any is answered rightly then."""

    def passes(*secrets: bytes) -> bool:
        submitted = [e.id for e in room.referee.chapter.exercises]
        known = f"GUESSES, SUBMITTED = {secrets!r}, {submitted!r}\n"
        _, report = room.grade(room.wrong(known + PREDICT))
        assert "predicted [" in report.outputs["mul-backward"]
        return next(p.passed for e in report.exercises for p in e.probes if p.name == "mul_any")

    assert not passes(b"", b"secret", b"04_elementwise", b"gradloom", bytes(32))
    assert passes(room.referee.secret)


TELL = """
import os, sys, warnings
from itertools import cycle

import matplotlib.pyplot as plt

def raises(kind, *args):
    raise kind(*args)

def dies(text):
    os.write(2, text.encode())
    os._exit(int(text[2:]) % 200)

def prints(text):
    print(text, file=sys.stderr)
    display(text)
    plt.figure().suptitle(text)
    warnings.warn(text)
    with open("told.txt", "a") as file:
        file.write(text)

WAYS = cycle([
    lambda text: raises(ValueError, text),
    lambda text: raises(type("Told" + text[2:7], (KeyError,), {}), text),
    lambda text: raises(SystemExit, text),
    lambda text: raises(SyntaxError, text, ("<cell mul-backward>", 7, 7, text)),
    lambda text: raises(ExceptionGroup, text, [ValueError(text)]),
    lambda text: prints(text),
    lambda text: text,
    lambda text: {text: text},
    lambda text: [float(word) for word in text.split()],
    lambda text: type(text[:90], (), {})(),
    lambda text: np.zeros([int(digit) for digit in text[2:7]]),
    lambda text: Tensor([float(word) for word in text.split()]),
    lambda text: os.write(3, text.encode()),
    lambda text: dies(text),
])

def telling(member):
    def told(self, *args):
        things = [t for a in args for t in (a, *getattr(a, "_inputs", ()))]
        arrays = [t.data if isinstance(t, Tensor) else t for t in things]
        arrays = [a for a in arrays if isinstance(a, np.ndarray)]
        if not arrays or max(a.ndim for a in arrays) < 3:
            return member(self, *args)
        return next(WAYS)(" ".join(repr(abs(x)) for a in arrays for x in a.ravel()[:20].tolist()))
    return told

for name in @NAMES@:
    for kind in [Tensor] + [k for k in vars(ops).values() if isinstance(k, type)]:
        if name in vars(kind):
            setattr(kind, name, telling(vars(kind)[name]))
print("telling by", @NAMES@)
"""
OPERATORS = ("__sub__", "__rsub__", "__truediv__", "__rtruediv__", "__pow__", "__rpow__", "__abs__")


def of(grading: Grading, visible: bool) -> list:
    """What visible or hidden probes asked, and what they expect."""
    keys = [case.key for case in grading.asked if case.visible == visible]
    return [grading.inputs[key] for key in keys] + [grading.expected[key] for key in keys]


def texts(value) -> Iterator[str]:
    """How the numbers in a value begin when they are written."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield from NUMBER.findall(" ".join(map(repr, value.ravel().tolist())))


NUMBER = re.compile(r"\d+\.\d{5}")


@pytest.mark.row("B9", "Hidden inputs are told in every way there is, in every exercise.")
@pytest.mark.row("B13", "Hidden inputs are told in every way there is, in every exercise.")
@pytest.mark.parametrize("names", [("forward",), ("backward", "chain_by_hand"), OPERATORS])
def test_no_digit_of_what_is_hidden_is_said(room, names):
    notebook = room.site.with_cells(TELL.replace("@NAMES@", repr(names)))
    grading, report = room.grade(notebook)
    hidden = set(texts(of(grading, visible=False))) - set(texts(of(grading, visible=True)))
    answers = [grading.together.answers[c.key] for c in grading.asked if not c.visible]
    assert len(hidden & set(NUMBER.findall(repr(answers)))) > 20
    assert sum(isinstance(answer, Fault) for answer in answers) > 5
    said = report.to_json() + room.site.published(notebook, report)
    assert not hidden & set(NUMBER.findall(said))
    assert "telling by" in said
    assert not report.figures


@pytest.mark.row("B11", "Answers are timed, to learn from how long it takes to compare them.")
def test_nothing_is_compared_before_everything_is_answered(room, monkeypatch):
    """The rounds are: everything is answered, then all is compared; then what is run alone."""
    events: list[str] = []

    def noting(event: str, function: Callable) -> Callable:
        def noted(*args, **kwargs):
            events.append(event)
            return function(*args, **kwargs)

        return noted

    monkeypatch.setattr(wire, "receive", noting("answer", wire.receive))
    monkeypatch.setattr(referee.probes, "judge", noting("compare", probes.judge))
    wrong = "@weave\nclass Mul(Function):\n    def backward(self, *_): 1"
    grading, report = room.grade(room.wrong(wrong))
    phases = [event for n, event in enumerate(events) if event != (events[n - 1] if n else "")]
    alone = sum(e.status == "carried" for e in report.exercises)
    assert alone
    assert phases == ["answer", "compare"] * (len(phases) // 2)
    first = events[: events.index("compare")]
    assert len(first) > len(grading.asked)
    compared = events[len(first) :][: len(grading.asked)]
    assert compared == ["compare"] * len(grading.asked)


@pytest.mark.row("B11", "Answers are timed, to learn from how long it takes to compare them.")
def test_a_report_says_nothing_about_time(room):
    """A slow notebook gets the report of a quick one."""

    def report(seconds: float) -> Report:
        source = next(c["source"] for c in room.site.honest["cells"] if c["id"] == "mul-backward")
        slow = f"\nimport time\nnp.mallory = time.sleep({seconds})"
        return room.grade(room.wrong("".join(source) + slow))[1]

    quick, slow = report(0.0), report(0.4)
    assert quick.key != slow.key
    assert quick.to_json().replace(quick.key, "") == slow.to_json().replace(slow.key, "")
