"""How long grading takes, three ways, on the same notebooks, on one core, in one run.

stock     nbgrader with its own execution in a kernel (it sees the visible examples only)
bridge    nbgrader autograde with gradloom's preprocessors
gradloom  gradloom grade

Two classes: in `solved` everything is right; in `mistaken` most students have one to four
misconceptions, so that exercises are run alone and diagnosed.

Each way is timed on a few and on all notebooks; the difference is the time of a submission, and
what is left is start-up. Ratios are taken within a round, and the median of the rounds is shown.

Before that, what gradloom's time goes into, on one core: see `split.py`. And a class of 200 as a
whole, in core-seconds: what the clock says from the command's start to its end, times the cores.
"""

import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gradloom_grader.chapters import find_course
from gradloom_grader.demo import hand_in, released

CHAPTER = "04_elementwise"
FEW, ALL, ROUNDS = 4, 24, 3
CLASSES = ("solved", "mistaken")
COMMANDS = {
    "stock": ["nbgrader", "autograde", CHAPTER],
    "bridge": ["nbgrader", "autograde", CHAPTER],
    "gradloom": ["gradloom", "grade", CHAPTER],
}
STOCK_CONFIG = "c = get_config()\nc.CourseDirectory.root = {root!r}\n"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gradloom-bench-") as folder:
        subprocess.run([sys.executable, Path(__file__).with_name("split.py"), folder], check=True)
        courses = prepare(Path(folder))
        rounds = [measure(courses) for _ in range(ROUNDS)]
    for kind in CLASSES:
        for way in COMMANDS:
            each = statistics.median(r[kind, way][0] for r in rounds)
            start = statistics.median(r[kind, way][1] for r in rounds)
            ratio = statistics.median(r[kind, "stock"][0] / r[kind, way][0] for r in rounds)
            times = f"{each * 1000:6.0f} ms a submission, {start:5.1f} s start-up"
            print(f"{kind:9} {way:9} {times}, {ratio:5.1f} x")


def prepare(folder: Path) -> dict[tuple[str, str, int], Path]:
    """A released course with submissions for each class, way and size."""
    model = folder / "model"
    rehearsal = released(find_course(Path(__file__).parent), CHAPTER, model)
    mistaken = rehearsal.students(ALL, odd=False)
    classes = {"mistaken": mistaken, "solved": dict.fromkeys(mistaken, rehearsal.solved())}
    courses = {}
    for kind, way, count in itertools.product(CLASSES, COMMANDS, (FEW, ALL)):
        courses[kind, way, count] = target = folder / f"{kind}-{way}-{count}"
        shutil.copytree(model, target)
        hand_in(target, CHAPTER, dict(list(classes[kind].items())[:count]))
        if way == "stock":
            text = STOCK_CONFIG.format(root=str(target))
            (target / "nbgrader_config.py").write_text(text)
    return courses


def measure(courses: dict[tuple[str, str, int], Path]) -> dict:
    """For each class and way the seconds of a submission, and of the start-up."""
    times = {key: run(key[1], folder) for key, folder in courses.items()}
    result = {}
    for kind, way in itertools.product(CLASSES, COMMANDS):
        whole, part = times[kind, way, ALL], times[kind, way, FEW]
        each = (whole - part) / (ALL - FEW)
        result[kind, way] = each, part - FEW * each
        print(
            f"  {kind:9} {way:9} {whole:6.1f} s for {ALL}, {each * 1000:6.0f} ms each", flush=True
        )
    return result


def run(way: str, folder: Path) -> float:
    """Seconds that one way takes on one core, from nothing graded."""
    for made in ("autograded", "reports"):
        shutil.rmtree(folder / made, ignore_errors=True)
    command = [str(Path(sys.executable).with_name(COMMANDS[way][0])), *COMMANDS[way][1:]]
    core = {min(os.sched_getaffinity(0))}
    start = time.perf_counter()
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, core),
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
