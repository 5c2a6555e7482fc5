"""nbgrader as the course configures it: its settings, its commands, its gradebook."""

from contextlib import AbstractContextManager
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from . import build, gradebook
from .chapters import read_course
from .errors import SetupError
from .gradebook import Ledger


def nbgrader_config(course: Path) -> Config:
    """What the course sets in its `nbgrader_config.py`."""
    config = Config()
    if (course / "nbgrader_config.py").exists():
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    return config


def nbgrader_api(course: Path) -> NbGraderAPI:
    """nbgrader as the course configures it."""
    config = nbgrader_config(course)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def ledger(course: Path, chapter: str) -> AbstractContextManager[Ledger]:
    """A chapter's rows in the course's gradebook."""
    config = nbgrader_config(course)
    return gradebook.opened(CourseDirectory(config=config).db_url, chapter, config)


def release(course: Path, chapter: str) -> Path:
    """Build a chapter, and let nbgrader make its release and its entry in the gradebook.

    Raises SetupError with nbgrader's own words where it refuses.
    """
    loaded = read_course(course)
    build.build(loaded, loaded.chapter(chapter))
    result = nbgrader_api(course).generate_assignment(chapter, force=True)
    if not result["success"]:
        raise SetupError(f"nbgrader did not release {chapter}:\n{result.get('log', '')}")
    return course / "release" / chapter
