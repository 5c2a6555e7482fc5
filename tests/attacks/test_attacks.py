"""Every attack goes through a real referee, between honest neighbours who must not notice.

An attack is a file of data beside this one; README.md says what stands in it.
"""

import ast
import contextlib
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

import pytest
from gradloom_grader import bulk, holes, session, wire
from gradloom_grader.jail import Cell, Jail, Question
from gradloom_grader.notebook import exercise_source
from gradloom_grader.report import Report
from gradloom_grader.session import Referees
from nbgrader.api import Gradebook

HERE = Path(__file__).parent
CHAPTER = "04_elementwise"


@dataclass(frozen=True)
class Attack:
    """What one file of data says; README.md explains the fields."""

    name: str
    row: str
    exercise: str
    source: str
    control: dict[str, str | list[str]]
    score: float
    tries: str
    chapter: str = "04_elementwise"
    lost: dict[str, float] = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    outputs: list[dict] = field(default_factory=list)
    notebook: dict = field(default_factory=dict)
    added: tuple[str | dict, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    next: str = ""
    lifted: str = ""
    hidden: str = ""

    @classmethod
    def read(cls, path: Path) -> "Attack":
        data = runpy.run_path(str(path))
        told = {k.lower(): v for k, v in data.items() if k.isupper()}
        told["tries"] = data["__doc__"].split("\n\n")[0].replace("\n", " ")
        return cls(path.stem, **{f.name: told[f.name] for f in fields(cls) if f.name in told})

    def expected(self, report: Report) -> dict[str, float]:
        """The points that are deserved: everything but what the attack costs its author."""
        full = {e.id: e.max_points for e in report.exercises}
        return full | self.lost | {self.exercise: self.score}

    def control_of(self, *places: str) -> list[tuple[str, str]]:
        """(place, text) of each trace by which one sees that the attack took place."""
        found = {place: self.control.get(place, []) for place in places}
        return [(p, t) for p, ts in found.items() for t in ([ts] if isinstance(ts, str) else ts)]


OTHER_HOLES = HERE / "x01_other_holes.py"
FILES = sorted(set(HERE.glob("[a-z][0-9][0-9]_*.py")) - {OTHER_HOLES})
ATTACKS = [Attack.read(path) for path in FILES]


def parameters(attacks: list[Attack]) -> list:
    return [pytest.param(a, id=a.name, marks=pytest.mark.row(a.row, a.tries)) for a in attacks]


def points(report: Report) -> dict[str, float]:
    return {e.id: e.points for e in report.exercises}


def said(report: Report) -> dict[str, str]:
    """The places of a report in which an attack leaves traces."""
    return {
        "printed": "\n".join(report.outputs.values()),
        "answered": "\n".join(p.message for e in report.exercises for p in e.probes),
        "told": "\n".join(e.because for e in report.exercises),
        "flagged": "\n".join(report.flags),
        "repaired": "\n".join(report.repairs),
        "passed": "\n".join(p.name for e in report.exercises for p in e.probes if p.passed),
    }


def check_control(attack: Attack, report: Report) -> None:
    """An attack that failed before it began has shown nothing."""
    told = said(report)
    for place, text in attack.control_of(*told):
        assert text in told[place]


def below(pid: int) -> list[int]:
    """The processes below one, in whatever namespace."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for task in tasks for child in task.read_text().split()]
    return found + [other for child in found for other in below(child)]


def named(comm: str) -> list[int]:
    """The processes that have a thread of this name."""
    found = []
    for path in Path("/proc").glob("[0-9]*/task/*/comm"):
        with contextlib.suppress(OSError):
            found += [int(path.parts[2])] if path.read_text().strip() == comm else []
    return found


@dataclass(frozen=True)
class Outside:
    """What can be seen of the machine from outside: an attack changes none of it."""

    files: dict[str, str]
    processes: list[int]
    survivors: list[int]
    mounts: str

    @classmethod
    def of(cls, site, referee) -> "Outside":
        mounts = Path(f"/proc/{referee.pid}/mountinfo").read_text()
        return cls(site.snapshot(), [referee.pid, *below(referee.pid)], named(site.comm), mounts)


@pytest.mark.parametrize("attack", parameters(ATTACKS))
def test_attack(arena, services, attack):
    """It earns what it deserves, it took place, and neither neighbour nor machine notices.

    The neighbour after one attack is the neighbour before the next.
    """
    here = arena(attack.chapter)
    site, referee, honest = here.site, here.referee, here.honest
    assert honest.score == honest.max_score
    before = Outside.of(site, referee)
    notebook = site.attacked(attack, site.known(services, referee.pid))
    report = referee.report(notebook)
    assert points(report) == attack.expected(report)
    check_control(attack, report)
    told = report.to_json() + site.published(notebook, report)
    assert f"canary-{site.token}" not in told
    assert not attack.hidden or attack.hidden not in told
    assert len(told) < 5_000_000
    if attack.next:
        printed = said(referee.report(site.with_cells(attack.next)))["printed"]
        assert all(text in printed for _, text in attack.control_of("next"))
    assert referee.report(site.honest).to_json() == honest.to_json()
    assert Outside.of(site, referee) == before
    assert not before.survivors


def answered_by(rehearsal, hole: str) -> dict[str, str]:
    """Each exercise's cell, where all its holes call one of another; that one's cell is left."""

    def piece(own: str) -> str:
        signature = holes.signature(rehearsal.engine, own)
        arguments = ast.parse(f"{signature}\n    pass").body[0].args.args
        return f"{signature}\n    return other({hole!r}, {', '.join(a.arg for a in arguments)})"

    released = {c["id"]: c["source"] for c in rehearsal.released["cells"]}
    return {
        e.id: released[e.id] if hole in e.holes else exercise_source(rehearsal.engine, e, piece)
        for e in rehearsal.chapter.exercises
    }


def with_every_cell(site, helper: str, hole: str) -> dict:
    """The notebook in which every exercise is answered by this hole."""
    cells = answered_by(site.rehearsal, hole)
    notebook = site.with_cells()
    for cell in notebook["cells"]:
        cell["source"] = cells.get(cell["id"], cell["source"])
    notebook["cells"].insert(0, site.with_cells(helper)["cells"][-1])
    return notebook


@pytest.mark.row("X1", "Every exercise is answered by calling every other hole.")
def test_every_exercise_answered_by_every_other_hole(site):
    """What is filled in from the reference answers nothing but what it is needed for."""
    attack = runpy.run_path(str(OTHER_HOLES))
    holes_of = site.rehearsal.chapter.exercise_of
    with Referees(site.course, CHAPTER) as referees:
        graded = {
            hole: referees.submit(with_every_cell(site, attack["HELPER"], hole))
            for hole in holes_of
        }
        reports = {hole: future.result() for hole, future in graded.items()}
    assert all(attack["PRINTED"] in said(report)["printed"] for report in reports.values())
    earned = {
        (hole, exercise): n
        for hole, report in reports.items()
        for exercise, n in points(report).items()
        if n
    }
    assert earned == attack["DESERVED"]


@pytest.mark.row("A12", "The process ends while later questions wait in the socket.")
def test_a_death_costs_the_one_who_died(monkeypatch):
    """However slow the referee is, what was answered before a death stays answered."""
    kit = {"__init__": "", "kit/__init__": "", "kit/weave": "inert = set()\n"}
    asked = [Question(str(n), "def ask(gl): return 1", {}) for n in range(30)]
    asked[4] = Question("4", "def ask(gl): __import__('os')._exit(0)", {})

    def slowly(*args, receive=wire.receive, **options):
        time.sleep(0.05)
        return receive(*args, **options)

    monkeypatch.setattr(wire, "receive", slowly)
    with Jail(kit) as jail:
        found = jail.run([], [asked])
    assert found.flags == ["question 4: died, a new process went on"]
    assert [found.answers[str(n)] for n in range(30) if n != 4] == [1] * 29


@pytest.mark.row("E5", "The grader is searched for what could unpickle an answer.")
def test_the_referee_unpickles_nothing():
    """What could run somebody else's code is imported by no module of the grader."""
    sources = Path(session.__file__).parent.rglob("*.py")
    imported = {name for path in sources for name in _imports(ast.parse(path.read_text("utf-8")))}
    forbidden = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "yaml", "torch", "xml"}
    assert "json" in imported
    assert not imported & forbidden


@pytest.mark.row("E5", "The grader is searched for arrays that it would unpickle.")
def test_no_array_is_unpickled():
    """Neither is a file of arrays read, nor does anybody allow that they hold objects."""
    for path in Path(session.__file__).parent.rglob("*.py"):
        calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
        called = {ast.unparse(call.func) for call in calls}
        assert not called & {"np.load", "numpy.load", "np.lib.format.read_array"}, path
        assert not [k for call in calls for k in call.keywords if k.arg == "allow_pickle"], path


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def concerns_intake(attack: Attack) -> bool:
    """Whether there is more to it than a cell: files, metadata, outputs, or what lies around."""
    more = attack.files or attack.metadata or attack.notebook or attack.outputs
    return attack.chapter == CHAPTER and bool(more or attack.row[0] == "E")


TOGETHER = [attack for attack in ATTACKS if concerns_intake(attack)]


@pytest.fixture
def classroom(empty_site, services):
    """A class in which everybody between the first and the last student attacks."""
    known = empty_site.known(services, os.getpid())
    for student in ("ada", "zoe"):
        empty_site.hand_in(student, empty_site.honest)
    for attack in TOGETHER:
        files = {
            name: text.replace("@EVIDENCE@", repr(known["EVIDENCE"]))
            for name, text in attack.files.items()
        }
        empty_site.hand_in(f"mallory-{attack.name}", empty_site.attacked(attack, known), files)
    return empty_site


@pytest.mark.row("E3", "A whole class attacks, with files beside the notebooks.")
def test_a_class_of_attackers(classroom):
    """Graded together, with files beside the notebooks: marks, gradebook and neighbours hold."""
    graded = bulk.grade_class(classroom.course, CHAPTER, lambda student: None)
    assert not graded.failures
    ada, zoe = graded.reports["ada"], graded.reports["zoe"]
    assert ada.score == ada.max_score
    assert ada.to_json() == zoe.to_json()
    for attack in TOGETHER:
        report = graded.reports[f"mallory-{attack.name}"]
        assert points(report) == attack.expected(report)
        check_control(attack, report)
    with Gradebook(f"sqlite:///{classroom.course / 'gradebook.db'}") as book:
        kept = {s.student.id: s.score for s in book.assignment_submissions(CHAPTER)}
    assert kept == {student: report.score for student, report in graded.reports.items()}
    assert not classroom.evidence.exists()
    assert not named(classroom.comm)


@pytest.mark.row("E3", "A whole class attacks, with files beside the notebooks.")
def test_files_beside_a_notebook_would_be_imported_from_there(classroom):
    """The control of E3: whoever worked in the folder of a submission would run its files."""
    folder = next((classroom.course / "submitted").glob("mallory-e03*")) / CHAPTER
    subprocess.run([sys.executable, "-c", "import typing, colorsys, random"], cwd=folder)
    assert classroom.evidence.exists()


@pytest.mark.row("E4", "What configures pytest is beside the notebook.")
def test_pytest_would_obey_files_beside_a_notebook(classroom):
    """The control of E4: whoever ran pytest in the folder of a submission would run its files."""
    folder = next((classroom.course / "submitted").glob("mallory-e04*")) / CHAPTER
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=folder, capture_output=True)
    assert classroom.evidence.exists()


def resident(pid: int) -> int:
    """The memory of a process, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.row("D13", "A cell of 400 KB, which is read into a far larger tree.")
def test_a_long_cell_is_forgotten(site, referee):
    """The referee reads a cell of 400 KB, and is not larger for it when it goes on."""
    referee.report(site.honest)
    before = resident(referee.pid)
    assert referee.report(site.with_cells("a=1\n" * 100_000)).score == 120
    assert referee.report(site.honest).score == 120
    assert resident(referee.pid) - before < 100_000_000


@pytest.mark.row("D6", "A sparse file that is larger than all memory.")
def test_a_file_of_holes(empty_site):
    """A sparse file, larger than all memory, costs nobody else anything."""
    if Path("/proc/sys/vm/overcommit_memory").read_text().strip() == "1":
        pytest.skip("this machine would try to read it")
    for student in ("ada", "mallory"):
        empty_site.hand_in(student, empty_site.honest)
    os.truncate(empty_site.course / "submitted" / "mallory" / CHAPTER / f"{CHAPTER}.ipynb", 2**42)
    graded = bulk.grade_class(empty_site.course, CHAPTER, lambda student: None)
    assert graded.reports["ada"].score == graded.reports["ada"].max_score
    assert graded.reports["mallory"].rejected


UNJAILED = [attack for attack in ATTACKS if attack.control_of("without a jail")]


@pytest.mark.parametrize("attack", parameters(UNJAILED))
def test_what_it_would_do_without_a_jail(copied_site, services, unjailed, attack):
    """The control of these: what is out of their reach is there, and they would find it."""
    known = copied_site.known(services, unjailed.pid, jailed=False)
    printed = said(unjailed.report(copied_site.attacked(attack, known)))["printed"]
    for _, text in attack.control_of("without a jail"):
        assert text in printed
    survivors = named(copied_site.comm)
    assert bool(survivors) == (attack.row == "E11")
    for pid in survivors:
        os.kill(pid, signal.SIGKILL)


LIFTED = [attack for attack in ATTACKS if attack.lifted]


@pytest.mark.parametrize("attack", parameters(LIFTED))
def test_what_it_would_do_with_one_protection_lifted(site, services, lifted_jail, attack):
    """The control of these, in a jail that lacks the one protection that they are about."""
    known = site.known(services, os.getpid()) | {"LIFTED": True}
    cells = site.cells_of(attack, known)
    with lifted_jail(attack.lifted) as jail:
        runs = [jail.run(cells, []), jail.run([Cell("next", attack.next)], [])]
    results = [result for run in runs for result in run.cells.values()]
    printed = "\n".join(f"{result.output}{result.fault}" for result in results)
    for _, text in attack.control_of("lifted"):
        assert text in printed


ROWS = {"A": 20, "B": 15, "C": 15, "D": 14, "E": 15, "F": 12, "G": 8}


def test_every_row_of_the_catalogue(collected):
    """Each has a fixture or a test, or README.md says why there is nothing that it could test."""
    catalogue = {f"{letter}{n + 1}" for letter, count in ROWS.items() for n in range(count)}
    tested = {mark.args[0] for item in collected for mark in item.iter_markers("row")}
    apart = set(re.findall(r"^\| ([A-G]\d+) \|", (HERE / "README.md").read_text("utf-8"), re.M))
    assert catalogue - tested == apart
