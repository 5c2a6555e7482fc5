"""One course, built and released once, and referees on it, for all tests of the grader."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("shared", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("shared")  # on a busy machine slow is no finding

ROOT = Path(__file__).parents[1]
COURSE = ROOT / "course"
CHAPTER = "04_elementwise"


def copy_course(folder: Path) -> Path:
    """The course as it is committed, without anything generated but a secret."""
    shutil.copytree(COURSE / "chapters", folder / "chapters")
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    (folder / ".secret").write_bytes(b"the same hidden inputs each time")
    return folder


@pytest.fixture(scope="session")
def course_folder(tmp_path_factory) -> Path:
    """A copy of the course with the chapter built and released; tests leave it as it is."""
    from gradloom_grader import configured

    folder = copy_course(tmp_path_factory.mktemp("courses") / "course")
    configured.release(folder, CHAPTER)
    return folder


@pytest.fixture
def own_course(course_folder, tmp_path) -> Path:
    """A copy of the released course that a test may change."""
    return shutil.copytree(course_folder, tmp_path / "course")


@pytest.fixture(scope="session")
def course(course_folder):
    from gradloom_grader.chapters import read_course

    return read_course(course_folder)


@pytest.fixture(scope="session")
def chapter(course):
    return course.chapter(CHAPTER)


@pytest.fixture(scope="session")
def engine(course, chapter) -> dict[str, str]:
    """The sources of the whole engine with the chapter's pieces."""
    return course.engine(chapter)


@pytest.fixture(scope="session")
def cases(chapter):
    from gradloom_grader import probes

    return probes.collect(chapter.checks)


@pytest.fixture(scope="session")
def rehearsal(course, chapter):
    from gradloom_grader.rehearsal import Rehearsal

    return Rehearsal(course, chapter)


@pytest.fixture(scope="session")
def release_folder(course_folder) -> Path:
    return course_folder / "release" / CHAPTER


@pytest.fixture(scope="session")
def release(release_folder) -> dict:
    """The released notebook, as JSON."""
    return json.loads((release_folder / f"{CHAPTER}.ipynb").read_text("utf-8"))


@pytest.fixture(scope="session")
def referees(course_folder):
    from gradloom_grader.session import Referees

    with Referees(course_folder, CHAPTER) as referees:
        yield referees


@pytest.fixture(scope="session")
def grade(referees):
    """Grade a notebook (JSON or bytes) and get its report."""
    return lambda notebook: referees.submit(notebook).result()


@pytest.fixture(scope="session")
def solved_report(grade, rehearsal):
    return grade(rehearsal.solved())


def result_of(report, exercise: str):
    """One exercise's result in a report."""
    return next(e for e in report.exercises if e.id == exercise)


@pytest.fixture(scope="session")
def result():
    return result_of
