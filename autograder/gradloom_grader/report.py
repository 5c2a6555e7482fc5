"""What the referee found for one submission, as data; and the store of reports.

`report.schema.json`, beside this file, describes the JSON.
"""

import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ProbeResult:
    """One probe; `rows` are a visible one's example: what was asked, came and was expected."""

    name: str
    passed: bool
    message: str
    visible: bool = False
    rows: tuple[tuple[str, str], ...] = ()

    @property
    def told(self) -> tuple[str, str]:
        """What it asks for, and what was wrong: nothing, if it passed."""
        says, _, wrong = self.message.partition("\n")
        return says, wrong


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise: `points` of `max_points`, and `because` of what."""

    id: str
    points: float
    max_points: float
    status: str
    because: str
    hint: str | None = None
    misconception: str | None = None
    cell_fault: str | None = None
    probes: tuple[ProbeResult, ...] = ()


@dataclass(frozen=True)
class QuestionResult:
    """A question in words: a person grades what was answered."""

    id: str
    max_points: float
    answered: bool


@dataclass(frozen=True)
class Report:
    """One submission. `key` is the digest of everything that decides it."""

    chapter: str
    score: float
    max_score: float
    manual_max: float
    jail: str
    key: str
    repairs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    exercises: tuple[ExerciseResult, ...] = ()
    questions: tuple[QuestionResult, ...] = ()
    outputs: dict[str, str] = field(default_factory=dict)
    figures: dict[str, list[str]] = field(default_factory=dict)  # base64 of PNG files
    badges: tuple[str, ...] = ()  # what deserves a mention beside the points
    rejected: str | None = None

    def to_json(self) -> str:
        return json.dumps(self, indent=1, ensure_ascii=False, default=vars) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Report":
        return cls.from_data(json.loads(text))

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Report":
        """From its fields, of which JSON has made lists and dicts."""
        exercises = tuple(
            ExerciseResult(**{**e, "probes": tuple(_probe_result(p) for p in e["probes"])})
            for e in data.pop("exercises")
        )
        questions = tuple(QuestionResult(**q) for q in data.pop("questions"))
        names = ("repairs", "flags", "badges")
        lists: dict[str, Any] = {name: tuple(data.pop(name)) for name in names}
        return cls(**data, **lists, exercises=exercises, questions=questions)

    def summary(self) -> str:
        """What went wrong, in a few words."""
        if self.rejected:
            return self.rejected
        wrong = [e for e in self.exercises if e.status in ("failed", "partly")]
        if all(e.status == "not attempted" for e in self.exercises):
            return "nothing attempted"
        words = [e.misconception or f"{e.id} {e.cell_fault or e.status}" for e in wrong]
        words += [f"{e.id} carried" for e in self.exercises if e.status == "carried"]
        missing = sum(e.status == "not attempted" for e in self.exercises)
        words += [f"{missing} not attempted"] if missing else []
        more = [f"and {len(words) - 3} more"] if len(words) > 3 else []
        flagged = f"; flagged: {self.flags[0]}" if self.flags else ""
        told = ", ".join([*words[:3], *more]) or "all right"
        return "; ".join([told, *self.badges]) + flagged


def _probe_result(data: dict) -> ProbeResult:
    return ProbeResult(**{**data, "rows": tuple((name, text) for name, text in data["rows"])})


def number(value: float) -> str:
    """Points as a person writes them: 7, 2.5, 1.75."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Change:
    """An exercise that a second report sees otherwise; no points where it was or is not there."""

    exercise: str
    before: float | None
    after: float | None
    because: str


def changes(before: Report, after: Report) -> list[Change]:
    """The exercises in which two reports on one submission differ in points or probes."""
    old, new = ({e.id: e for e in each.exercises} for each in (before, after))
    found = [_change(name, old.get(name), new.get(name)) for name in old | new]
    return [change for change in found if change.before != change.after or change.because]


def _change(name: str, old: ExerciseResult | None, new: ExerciseResult | None) -> Change:
    if old is None or new is None:
        points = old.points if old else None, new.points if new else None
        return Change(name, *points, "it is new" if new else "it is gone")
    passed = {p.name: p.passed for p in old.probes}
    words = [_verdict(p, passed.get(p.name)) for p in new.probes if passed.get(p.name) != p.passed]
    words += [f"{gone} is gone" for gone in passed.keys() - {p.name for p in new.probes}]
    if old.max_points != new.max_points:
        words.append(f"worth {number(new.max_points)} instead of {number(old.max_points)}")
    if old.points != new.points and not words:
        words.append(f"{new.status} instead of {old.status}")
    return Change(name, old.points, new.points, ", ".join(words))


def _verdict(probe: ProbeResult, before: bool | None) -> str:
    verdict = "passes" if probe.passed else "fails"
    return f"{probe.name} {verdict}" if before is not None else f"{probe.name}, new, {verdict}"


class Store:
    """Reports on disk: `reports/<chapter>/<student>.json`, written atomically."""

    def __init__(self, course: Path):
        self.folder = course / "reports"

    def path(self, chapter: str, student: str) -> Path:
        return self.folder / chapter / f"{student}.json"

    def read(self, chapter: str, student: str) -> Report | None:
        """The stored report, or None if there is none that can be read."""
        try:
            return Report.from_json(self.path(chapter, student).read_text("utf-8"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def digest(self, chapter: str, student: str) -> str:
        """A fingerprint of the stored report as it is on disk; of nothing, if there is none."""
        path = self.path(chapter, student)
        return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()

    def write(self, student: str, report: Report) -> Path:
        path = self.path(report.chapter, student)
        write_atomically(path, report.to_json())
        return path


def write_atomically(path: Path, text: str) -> None:
    """Replace a file by a whole new one: after a crash either is there, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def clear_remains(folder: Path) -> None:
    """Remove the files that a process which has ended was writing there."""
    for path in folder.glob(".*.*"):
        found = _REMAINS.fullmatch(path.name)
        if found and not Path("/proc", found["writer"]).exists():
            path.unlink(missing_ok=True)


_REMAINS = re.compile(r"\..+\.(?P<writer>\d+)\.[a-z0-9_]{8}")
