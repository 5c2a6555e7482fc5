"""What grading spends its time on, each with its goal; called by `grading.py`.

In milliseconds on one core, the median: a full pass of a solved notebook beyond the student's own
code, that code, an exercise run alone, the search for misconceptions, a submission that has not
changed, and the gradebook. Then the core-seconds for a class of 200, none of which loops.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gradloom_grader import bulk, gradebook, holes, intake, probes, referee, session
from gradloom_grader.chapters import find_course
from gradloom_grader.demo import hand_in, released
from gradloom_grader.rehearsal import Rehearsal
from gradloom_grader.report import Store
from traitlets.config import Config

CHAPTER = "04_elementwise"
MANY, FEW = 200, 20
spent: dict[str, list[float]] = defaultdict(list)


def main(folder: Path) -> None:
    rehearsal = prepare(folder / "split")
    cores = sorted(os.sched_getaffinity(0))
    for count in {len(cores), min(len(cores), 2)}:
        whole(folder / "split", cores[:count])
    os.sched_setaffinity(0, cores[:1])
    solved = json.dumps(rehearsal.solved()).encode()
    submitted = [path.read_bytes() for path in bulk.submissions(folder / "split", CHAPTER).values()]
    passes(folder / "split", [solved] * FEW, submitted[:FEW])
    own_code(rehearsal, solved)
    unchanged(folder / "split")
    entries(folder / "split")
    own = middle("the student's own code")
    spent["a full pass beyond that"] = [ms - own for ms in spent["a full pass"]]
    show("the student's own code")
    show("a full pass beyond that", 50)
    show("an exercise run alone", 20)
    show("misconceptions of an exercise")
    show("an unchanged submission", 1)
    show("the gradebook, a new student", 5)
    show("the gradebook, new marks", 5)


def prepare(folder: Path) -> Rehearsal:
    rehearsal = released(find_course(Path(__file__).parent), CHAPTER, folder)
    every = rehearsal.students(MANY + 1)
    looping = rehearsal._looping()
    hand_in(folder, CHAPTER, {name: n for name, n in every.items() if n != looping})
    return rehearsal


def whole(folder: Path, cores: list[int]) -> None:
    """The command from its start to its end, with nothing graded before, as it is run by hand."""
    copy = shutil.copytree(folder, folder.with_name(f"whole-{len(cores)}"))
    command = [str(Path(sys.executable).with_name("gradloom")), "grade", CHAPTER]
    start = time.perf_counter()
    subprocess.run(
        command,
        cwd=copy,
        check=True,
        capture_output=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    seconds = time.perf_counter() - start
    print(
        f"{MANY} submissions: {seconds:.1f} s on {len(cores)} cores,"
        f" {seconds * len(cores):.1f} core-seconds (goal: 40)",
        flush=True,
    )


def middle(what: str) -> float:
    return statistics.median(spent[what])


def show(what: str, goal: float | None = None) -> None:
    print(f"{what:32} {middle(what):7.2f} ms" + (f" (goal: {goal:g})" if goal else ""), flush=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    spent[what].append(1000 * (time.perf_counter() - start))


def passes(folder: Path, solved: list[bytes], mistaken: list[bytes]) -> None:
    """Grade in a referee of this process, which notes how long its steps take."""
    grading = referee.Grading
    _note(
        grading,
        "_alone",
        "an exercise run alone",
        lambda group, again: len(again & set(group.exercises)),
    )
    _note(grading, "_diagnosis", "misconceptions of an exercise", lambda exercise: 1)
    kinds = iter(["warming up"] * 2 + ["a full pass"] * (len(solved) - 2) + ["-"] * len(mistaken))
    original = referee.Referee.graded

    def graded(self, raw, earlier):
        with timed(next(kinds)):
            return original(self, raw, earlier)

    referee.Referee.graded = graded  # type: ignore[method-assign]
    (jobs, to), (back, results) = os.pipe(), os.pipe()
    for work in (lambda: _feed(to, [*solved, *mistaken]), lambda: _drain(back)):
        threading.Thread(target=work, daemon=True).start()
    session.serve(folder, CHAPTER, False, 60.0, jobs, results)


def _note(owner: type, name: str, what: str, count: Callable[..., int]) -> None:
    """Note the time of each call for each of the things that it is about."""
    original = getattr(owner, name)

    def noted(self, *arguments):
        number, start = count(*arguments), time.perf_counter()
        result = original(self, *arguments)
        spent[what] += [1000 * (time.perf_counter() - start) / number] * number if number else []
        return result

    setattr(owner, name, noted)


def _feed(pipe: int, notebooks: list[bytes]) -> None:
    with os.fdopen(pipe, "wb") as file:
        for raw in notebooks:
            session._send_bytes(file, raw)
            session._send_bytes(file, b"[]")


def _drain(pipe: int) -> None:
    with os.fdopen(pipe, "rb") as file:
        while session._receive(file) is not None:
            pass


def own_code(rehearsal: Rehearsal, raw: bytes) -> None:
    """The cells, and what the probes ask of them, without a grader: a plain process."""
    submission = intake.read(raw, rehearsal.chapter, rehearsal.source)
    cases = probes.collect(rehearsal.chapter.checks)
    engine = holes.load(rehearsal.engine)
    inputs = {case.key: case.inputs() for case in cases}
    for _ in range(FEW):
        with timed("the student's own code"):
            for cell in submission.cells:
                names = {**vars(engine), "weave": lambda piece: piece}
                exec(compile(cell.source, cell.id, "exec"), names)
            for case in cases:
                case.expected(engine, inputs[case.key])


def unchanged(folder: Path) -> None:
    """From the difference between a large class and a small one, all graded before."""
    small = folder.with_name("small")
    shutil.copytree(folder, small)
    for path in sorted((small / "submitted").iterdir())[FEW:]:
        shutil.rmtree(path)
    for each in (folder, small):
        bulk.grade_class(each, CHAPTER, lambda _: None)
    for _ in range(5):
        times = []
        for each in (folder, small):
            start = time.perf_counter()
            bulk.grade_class(each, CHAPTER, lambda _: None)
            times.append(1000 * (time.perf_counter() - start))
        spent["an unchanged submission"].append((times[0] - times[1]) / (MANY - FEW))


def entries(folder: Path) -> None:
    """One transaction a submission, of students that are new and then of other marks."""
    found = next(filter(None, map(Store(folder).read, [CHAPTER], ["ada"])))
    halved = tuple(replace(e, points=e.points / 2) for e in found.exercises)
    url = f"sqlite:///{folder / 'gradebook.db'}"
    for what, each in {
        "a new student": found,
        "new marks": replace(found, exercises=halved),
    }.items():
        with gradebook.opened(url, CHAPTER, Config()) as ledger:
            for number in range(100):
                with timed(f"the gradebook, {what}"):
                    ledger.bring_up(f"someone{number}", each)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
