"""Every chapter's release, as students have it: what it scores, and what it needs to run."""

import json
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from gradloom_grader import configured
from gradloom_grader.chapters import read_course
from gradloom_grader.rehearsal import Rehearsal
from gradloom_grader.session import Client
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COURSE = Path(__file__).parents[2] / "course"
CHAPTERS = sorted(folder.name for folder in (COURSE / "chapters").iterdir())
INSTALLED = ("numpy", "matplotlib", "jupyterlab")  # by a student, with what these need

RUN = """
import json, sys

class Nowhere:
    blocked = set(sys.argv[2].split())

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.blocked:
            raise ModuleNotFoundError(f"no {name} on a student's machine", name=name)

sys.meta_path.insert(0, Nowhere())
sys.path.insert(0, "")
import matplotlib
matplotlib.use("agg")
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), cell["id"], "exec"))
"""


def needed(*names: str) -> set[str]:
    """These distributions and all that they depend on."""
    found: set[str] = set()
    todo = [*names]
    while todo:
        name = canonicalize_name(todo.pop())
        if name not in found:
            found.add(name)
            wanted = map(Requirement, metadata.requires(name) or [])
            todo += [w.name for w in wanted if not w.marker or w.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture(scope="module")
def not_installed() -> str:
    """The modules that are here and not on a student's machine."""
    there = needed(*INSTALLED)
    modules = metadata.packages_distributions().items()
    found = {m for m, owners in modules if not there & set(map(canonicalize_name, owners))}
    assert {"nbgrader", "pytest", "click", "msgpack"} < found
    return " ".join(["gradloom_grader", *found])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("releases")
    for part in ("chapters", "data"):
        shutil.copytree(COURSE / part, folder / part)
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    return folder


@pytest.fixture(scope="module", params=CHAPTERS)
def release(folder, request):
    return configured.release(folder, request.param) / f"{request.param}.ipynb"


@pytest.fixture(scope="module")
def solved(folder, release) -> dict:
    """The released notebook with every exercise solved."""
    course = read_course(folder)
    right = {c["id"]: c["source"] for c in rehearsed(course, release.stem)["cells"]}
    page = json.loads(release.read_text("utf-8"))
    exercises = {e.id for e in course.chapter(release.stem).exercises}
    for cell in page["cells"]:
        if cell["id"] in exercises:
            cell["source"] = right[cell["id"]]
    return page


def rehearsed(course, chapter: str) -> dict:
    return Rehearsal(course, course.chapter(chapter)).solved()


def test_untouched_it_scores_nothing_and_solved_everything(folder, release, solved):
    with Client(folder, release.stem) as client:
        untouched = client.grade(release.read_bytes())
        full = client.grade(json.dumps(solved).encode())
    assert untouched.score == 0
    assert full.score == full.max_score > 0


def test_solved_it_runs_on_a_students_machine(release, solved, not_installed, tmp_path):
    path = tmp_path / release.name
    path.write_text(json.dumps(solved), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", RUN, str(path), not_installed],
        cwd=release.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
