"""What is here of all that grading needs, and what to do about what is not."""

import os
import platform
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import sqlalchemy
from nbgrader.apps import NbGraderAPI
from packaging.requirements import Requirement

from . import configured, walls
from .chapters import Course, find_course, read_course
from .errors import AuthorError, SetupError
from .jail import Jail, Question
from .limits import MB, Limits


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `remedy` is empty if it is in order."""

    what: str
    found: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        return not self.remedy


def examine(start: Path) -> Iterator[Check]:
    """Look at everything that grading the course at or above `start` needs."""
    limits = Limits()
    yield _python()
    yield _packages()
    yield _bubblewrap()
    yield _filter()
    yield _jail(limits)
    yield Check("limits", "; ".join(_short(limits)))
    yield _machine(limits)
    yield from _course(start)


def _tried(what: str, look: Callable[[], str]) -> Check:
    """What `look` finds, or the error it meets, which says what to do."""
    try:
        return Check(what, look())
    except (SetupError, AuthorError) as error:
        return Check(what, "", str(error))


def _python() -> Check:
    wanted = metadata.metadata("gradloom")["Requires-Python"]
    fits = Requirement(f"python{wanted}").specifier.contains(platform.python_version())
    return Check("Python", platform.python_version(), "" if fits else f"Use Python {wanted}.")


def _packages() -> Check:
    needed = [Requirement(text) for text in metadata.requires("gradloom") or ()]
    needed = [r for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
    found = {r.name: _version(r.name) for r in needed}
    wrong = [str(r) for r in needed if not r.specifier.contains(found[r.name] or "0")]
    remedy = f"Run make setup, or pip install {' '.join(map(repr, wrong))}." if wrong else ""
    return Check("packages", ", ".join(f"{n} {v}" for n, v in found.items() if v), remedy)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _bubblewrap() -> Check:
    def look() -> str:
        walls.command()  # root needs setpriv, too
        return walls.description().partition(",")[0]

    return _tried("bubblewrap", look)


def _filter() -> Check:
    return _tried("seccomp", lambda: f"a filter of {len(walls.system_call_filter()) // 8} steps")


_KIT = {"__init__": "", "kit/__init__": "", "kit/weave": "inert = set()\n"}
_TRY = """
def ask(gl):
    import os, socket

    def is_refused(call):
        try:
            call()
        except (OSError, MemoryError):
            return True
        return False

    return {
        "a second process": is_refused(lambda: os.fork() or os._exit(0)),
        "the network": is_refused(lambda: socket.socket(socket.AF_INET)),
        "other people's files": is_refused(lambda: os.listdir(@HOME@)),
        "writing outside /tmp": is_refused(lambda: open("/site/x", "w")),
        "more than its memory": is_refused(lambda: bytearray(@MEMORY@)),
    }
"""


def _jail(limits: Limits) -> Check:
    """Whether a jail starts here, and refuses what it is there to refuse."""
    home = str(Path(__file__).parent)
    source = _TRY.replace("@HOME@", repr(home)).replace("@MEMORY@", str(limits.memory))

    def look() -> str:
        with Jail(_KIT, limits) as jail:
            answer = jail.run([], [[Question("it", source, {})]]).answers["it"]
        allowed = [what for what, refused in answer.items() if not refused]
        if allowed:
            raise SetupError(f"The jail does not refuse {', '.join(allowed)}: do not grade here.")
        return f"it starts, and refuses {', '.join(answer)}"

    return _tried("jail", look)


def _short(limits: Limits) -> Iterator[str]:
    yield f"{limits.cell_seconds:g} s of computing a cell, {limits.probe_seconds:g} s an answer"
    yield f"{limits.submission_seconds:g} s a submission"
    yield f"{limits.memory / 2**30:g} GB of memory, {limits.threads} threads"
    yield f"{limits.disk_bytes / MB:g} MB of files, {limits.output_bytes // 1000} KB of output"
    yield "with --unsafe nothing limits processes, the network, or what is read and written"


def _machine(limits: Limits) -> Check:
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    small = memory < limits.memory
    remedy = f"A submission may use {limits.memory / 2**30:g} GB: add memory." if small else ""
    return Check("machine", f"{cores} cores, {memory / MB:.0f} MB of memory", remedy)


def _course(start: Path) -> Iterator[Check]:
    try:
        course = read_course(find_course(start))
    except (SetupError, AuthorError) as error:
        yield Check("course", "", str(error))
        return
    api = configured.nbgrader_api(course.folder)
    writable = os.access(course.folder, os.W_OK)
    remedy = "" if writable else f"Make it writable for {_user()}."
    yield Check("course", f"{len(course.chapters)} chapters in {course.folder}", remedy)
    yield _configuration(api, course)
    yield _database(api.coursedir.db_url)


def _user() -> str:
    return f"user {os.geteuid()}"


def _configuration(api: NbGraderAPI, course: Course) -> Check:
    steps = str(api.config.Autograde.get("sanitize_preprocessors", ""))
    path = course.folder / "nbgrader_config.py"
    plugged = "gradloom_grader.bridge" in steps
    remedy = f"Let {path} call gradloom_grader.bridge.configure: the kit's own one shows how."
    found = f"nbgrader {metadata.version('nbgrader')}, {path.name}"
    return Check("nbgrader", found, "" if plugged else remedy)


def _database(url: str) -> Check:
    """Whether the gradebook can be read; where there is none yet, a release makes it."""
    address = sqlalchemy.make_url(url)
    shown = address.render_as_string(hide_password=True)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return Check("gradebook", f"{shown}, which gradloom release will make")
    try:
        if address.get_backend_name() == "sqlite":
            _read_only(address.database or "")
        else:
            sqlalchemy.create_engine(url).connect().close()
    except (sqlite3.Error, sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        return Check(
            "gradebook", shown, f"It cannot be opened: {error}. Restore it, or its server."
        )
    return Check("gradebook", shown)


def _read_only(path: str) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.execute("select count(*) from assignment")
