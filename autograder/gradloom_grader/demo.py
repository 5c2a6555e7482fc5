"""The demo: a class of synthetic students, from the chapter's page to their feedback."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from . import configured
from .chapters import read_course
from .errors import SetupError
from .rehearsal import Rehearsal
from .report import Report


def prepare(course: Path, chapter: str, folder: Path) -> list[str]:
    """Make a course of its own in `folder`: chapters, a release, submissions. Return the students.

    Nothing of `course` is changed.
    """
    students = released(course, chapter, folder).students()
    hand_in(folder, chapter, students)
    return list(students)


def released(course: Path, chapter: str, folder: Path) -> Rehearsal:
    """Copy the course's chapters into `folder` and release one there; who rehearses it."""
    shutil.copytree(course / "chapters", folder / "chapters")
    shutil.copy(course / "nbgrader_config.py", folder)
    configured.release(folder, chapter)
    copied = read_course(folder)
    return Rehearsal(copied, copied.chapter(chapter))


def hand_in(folder: Path, chapter: str, students: Mapping[str, dict]) -> None:
    """Write each student's notebook where nbgrader collects them."""
    for student, notebook in students.items():
        target = folder / "submitted" / student / chapter / f"{chapter}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(notebook), "utf-8")


def write_feedback(folder: Path, chapter: str) -> Path:
    """Let nbgrader write the feedback pages; return the folder they lie in.

    Raises SetupError with nbgrader's own words where it fails.
    """
    result = configured.nbgrader_api(folder).generate_feedback(chapter)
    if not result["success"]:
        raise SetupError(f"nbgrader wrote no feedback for {chapter}:\n{result.get('log', '')}")
    return folder / "feedback"


def plot_scores(reports: Mapping[str, Report], path: Path) -> None:
    """Draw how the scores are distributed."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import MaxNLocator

    most = max(r.max_score for r in reports.values())
    figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
    steps = [most * i / 12 for i in range(13)]
    axes.hist([r.score for r in reports.values()], bins=steps, color="0.45", edgecolor="white")
    axes.set(xlabel=f"score (of {most:g})", ylabel="students", title="How the class did")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    figure.savefig(path, dpi=150)
    plt.close(figure)
