"""Where the attacks take place: a released course, what is planted in it, who listens around it."""

import contextlib
import copy
import hashlib
import json
import re
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest
from gradloom_grader import build, configured, feedback, intake, pages, walls
from gradloom_grader.chapters import read_course
from gradloom_grader.errors import SetupError
from gradloom_grader.jail import Cell, Jail
from gradloom_grader.rehearsal import Rehearsal
from gradloom_grader.report import Report
from gradloom_grader.session import Client

HERE = Path(__file__).parent
COURSE = HERE.parents[1] / "course"
CHAPTER = "04_elementwise"
TOKEN = secrets.token_hex(8)


def pytest_addoption(parser):
    parser.addoption("--table", action="store_true", help="print what came of each attack")


def pytest_configure(config):
    config.addinivalue_line("markers", "row(id, tries): the row of the catalogue that it tests")


COLLECTED = pytest.StashKey[list[pytest.Item]]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    config.stash[COLLECTED] = [item for item in items if item.path.parent == HERE]


@pytest.fixture
def collected(request) -> list[pytest.Item]:
    """All tests of this folder, with those that are not selected."""
    found = request.config.stash[COLLECTED]
    if {item.path for item in found} != set(HERE.glob("test_*.py")):
        pytest.skip("only some files of this folder were collected")
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    report.rows = [mark.args for mark in item.iter_markers("row")]
    return report


OUTCOMES = {"passed": "held", "skipped": "skipped", "failed": "FAILED", "error": "FAILED"}


def pytest_terminal_summary(terminalreporter, config):
    """The table of `make attacks`: a line for each attack, whatever number of tests it has."""
    if not config.getoption("table", False):
        return
    found = {}
    for outcome, words in OUTCOMES.items():  # the worst comes last
        for report in terminalreporter.stats.get(outcome, []):
            found |= dict.fromkeys(getattr(report, "rows", ()), words)
    terminalreporter.section("attacks")
    for (row, tries), words in sorted(found.items(), key=lambda line: _place(*line[0])):
        terminalreporter.write_line(f"{row:4} {words:8} {tries}")


def _place(row: str, tries: str) -> tuple[str, int, str]:
    return row[0], int(row[1:]), tries


SECRETS = '''

from gradloom_grader.probes import Drawn  # canary-TOKEN-comment

SECRET = "canary-TOKEN-constant"


def _drawn(rng):
    """canary-TOKEN-docstring"""
    return rng.standard_normal(len("canary-TOKEN-generator"))


def _agrees(expected, answer, **inputs):
    secret = "canary-TOKEN-verify"
    same = np.shape(answer) == np.shape(expected) and np.allclose(answer, expected)
    return None if same and secret else "The gradients differ."


def _careless(expected, answer, **inputs):
    return None if answer.startswith(expected[:9]) else "The page of the chain begins otherwise."


@probe("mul-backward", a=Drawn(_drawn), g=Drawn(_drawn), verify=_agrees)
def test_guarded(gl, a, g):
    """Both gradients of a square."""
    x = gl.Tensor(a, requires_grad=True)
    node = gl.ops.Mul()(x, x)
    return [grad.data for grad in node._op.backward(gl.Tensor(g), node)]


@probe("chain-by-hand", verify=_careless)
def test_page(gl):
    """What stands above the chain."""
    return gl.pieces.__doc__
'''


@dataclass(frozen=True)
class Site:
    """A released course in a folder of its own, with canaries wherever one may look for them."""

    folder: Path
    chapter: str = CHAPTER
    token = TOKEN  # in everything that must not be found
    comm = f"mal{TOKEN[:12]}"  # the name of processes that must not survive

    @property
    def course(self) -> Path:
        return self.folder / "course"

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    @cached_property
    def rehearsal(self) -> Rehearsal:
        course = read_course(self.course)
        return Rehearsal(course, course.chapter(self.chapter))

    @cached_property
    def honest(self) -> dict:
        """The released notebook with the reference's pieces in all exercises."""
        release = self.course / "release" / self.chapter / f"{self.chapter}.ipynb"
        notebook = json.loads(release.read_text("utf-8"))
        solved = {c["id"]: c["source"] for c in self.rehearsal.solved()["cells"]}
        for cell in notebook["cells"]:
            if cell["id"] in {e.id for e in self.rehearsal.chapter.exercises}:
                cell["source"] = solved[cell["id"]]
        return notebook

    def attacked(self, attack, known: dict) -> dict:
        """The honest notebook with an attack in it; `known` fills in what the attacker knows."""
        notebook = self.with_cells(*(filled(cell, known) for cell in attack.added))
        notebook["metadata"] |= attack.notebook
        cell = next(c for c in notebook["cells"] if c["id"] == attack.exercise)
        cell["source"] = filled(attack.source, known)
        cell["metadata"] |= attack.metadata
        cell["outputs"] = filled(attack.outputs, known)
        return notebook

    def cells_of(self, attack, known: dict) -> list[Cell]:
        """The attack's own cells, as the jail takes them."""
        sources = [filled(source, known) for source in (attack.source, *attack.added)]
        return [Cell(str(number), source) for number, source in enumerate(sources)]

    def files_of(self, attack, known: dict) -> dict[str, str]:
        return {name: filled(text, known) for name, text in attack.files.items()}

    def with_cells(self, *cells: str | dict) -> dict:
        """The honest notebook with more cells at its end: sources of code, or whole cells."""
        notebook = copy.deepcopy(self.honest)
        notebook["cells"] += [code_cell(c) if isinstance(c, str) else c for c in cells]
        return notebook

    def known(self, services: dict, pid: int, jailed: bool = True) -> dict:
        """What an attacker knows who knows everything."""
        return {
            **services,
            "COURSE": str(self.course),
            "HOME": str(self.folder / "home"),
            "LEFT": str(self.folder / "left.txt"),
            "EVIDENCE": str(self.evidence),
            "PID": pid,
            "COMM": self.comm,
            "JAILED": jailed,
            "LIFTED": False,
            "ROOTS": ["/"] if jailed else [str(self.folder)],
        }

    def hand_in(self, student: str, notebook: dict, files: dict[str, str] | None = None) -> None:
        """Put a submission where it is collected, with files beside the notebook."""
        folder = self.course / "submitted" / student / self.chapter
        files = {f"{self.chapter}.ipynb": json.dumps(notebook), **(files or {})}
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")

    @contextlib.contextmanager
    def environment(self) -> Iterator[None]:
        """What the grader's processes, if they start in this block, have in their environment."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOME", str(self.folder / "home"))
            patch.setenv("GRADLOOM_TOKEN", canary("environment"))
            yield

    def published(self, notebook: dict, report: Report) -> str:
        """What people read of a graded notebook: nbgrader's copy of it, and the feedback page."""
        chapter, template = self.rehearsal.chapter, self.rehearsal.source
        submission = intake.read(json.dumps(notebook).encode(), chapter, template)
        page = feedback.page(chapter, "mallory", report, submission)
        return json.dumps(pages.autograded(chapter, template, submission, report)) + page

    def snapshot(self) -> dict[str, str]:
        """A digest of every file around the course."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def filled(thing, known: dict):
    """A source, or a structure with texts in it, with what is known put in."""
    if isinstance(thing, dict):
        return {key: filled(value, known) for key, value in thing.items()}
    if isinstance(thing, list):
        return [filled(value, known) for value in thing]
    if isinstance(thing, str):
        for name, value in known.items():
            thing = thing.replace(f"@{name}@", repr(value))
    return thing


def code_cell(source: str) -> dict:
    about = {"id": secrets.token_hex(4), "metadata": {}, "outputs": [], "execution_count": None}
    return {"cell_type": "code", "source": source, **about}


def canary(place: str) -> str:
    return f"canary-{TOKEN}-{place}"


def _plant(folder: Path) -> None:
    """Put canaries wherever somebody may look who should not."""
    chapter = folder / "course" / "chapters" / CHAPTER
    with (chapter / "checks.py").open("a") as checks:
        checks.write(SECRETS.replace("TOKEN", TOKEN))
    with (chapter / "answers.py").open("a") as answers:
        answers.write(f"\n# {canary('answers')}\n")
    (folder / "course" / ".secret").write_text(canary("secret"))
    runtime = folder / "home" / ".local" / "share" / "jupyter" / "runtime"
    runtime.mkdir(parents=True)
    (runtime / "kernel-1.json").write_text(json.dumps({"key": canary("kernel")}))
    (folder / "home" / ".netrc").write_text(canary("home"))
    (folder / "left.txt").write_text(canary("left"))
    Site(folder).hand_in("trent", {"cells": [code_cell(canary("sibling"))]})


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Site:
    folder = tmp_path_factory.mktemp("attacks")
    shutil.copytree(COURSE / "chapters", folder / "course" / "chapters")
    shutil.copy(COURSE / "nbgrader_config.py", folder / "course")
    _plant(folder)
    configured.release(folder / "course", CHAPTER)
    return Site(folder)


@pytest.fixture(scope="session")
def copied_site(site, tmp_path_factory) -> Site:
    """A site that may be damaged."""
    return Site(shutil.copytree(site.folder, tmp_path_factory.mktemp("copies") / "site"))


@pytest.fixture
def empty_site(site, tmp_path) -> Iterator[Site]:
    """A site of its own without submissions."""
    own = Site(shutil.copytree(site.folder, tmp_path / "site"))
    shutil.rmtree(own.course / "submitted")
    with own.environment():
        yield own


@pytest.fixture(scope="session")
def services() -> Iterator[dict]:
    """Somebody who listens: the places at which attacks knock."""
    short = Path(tempfile.mkdtemp(prefix="gradloom-"))  # a socket's path has at most 107 letters
    abstract, path = f"gradloom-{TOKEN}", str(short / "s")
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, short)
        tcp = _listen(stack, socket.AF_INET, ("127.0.0.1", 0))
        _listen(stack, socket.AF_UNIX, "\0" + abstract)
        _listen(stack, socket.AF_UNIX, path)
        yield {"PORT": tcp.getsockname()[1], "ABSTRACT": abstract, "SOCKET": path}


def _listen(stack: contextlib.ExitStack, family: int, address) -> socket.socket:
    listener = stack.enter_context(socket.socket(family))
    listener.bind(address)
    listener.listen(64)
    return listener


class Referee(Client):
    """A client whose referee is killed where it hangs: then an attack has succeeded."""

    def __init__(self, site: Site, unsafe: bool = False) -> None:
        with site.environment():
            super().__init__(site.course, site.chapter, unsafe)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def report(self, notebook: dict, patience: float = 60) -> Report:
        """The notebook's report; AssertionError where there is none within so many seconds."""
        if self.alive:
            self.ready  # noqa: B018 - starting takes its time
        watchdog = threading.Timer(patience, self._process.kill)
        watchdog.start()
        try:
            return self.grade(json.dumps(notebook).encode())
        except SetupError as error:
            raise AssertionError(f"the referee failed: {error}") from error
        finally:
            watchdog.cancel()


@pytest.fixture(scope="session")
def referee(site) -> Iterator[Referee]:
    with Referee(site) as referee:
        yield referee


@dataclass(frozen=True)
class Arena:
    """A chapter of the site, a referee for it, and what the honest neighbours get."""

    site: Site
    referee: Referee
    honest: Report


@pytest.fixture(scope="session")
def arena(site, referee) -> Iterator[Callable[[str], Arena]]:
    """The arena of a chapter, by its name; chapters are released when they are first asked for."""
    with contextlib.ExitStack() as stack:

        @cache
        def opened(chapter: str) -> Arena:
            if chapter == CHAPTER:
                return Arena(site, referee, referee.report(site.honest))
            configured.release(site.course, chapter)
            other = Site(site.folder, chapter)
            its_referee = stack.enter_context(Referee(other))
            return Arena(other, its_referee, its_referee.report(other.honest))

        yield opened


@pytest.fixture(scope="session")
def unjailed(copied_site) -> Iterator[Referee]:
    """The control: a referee with the protection lifted."""
    with Referee(copied_site, unsafe=True) as referee:
        referee.ready  # noqa: B018 - its process is to be known
        yield referee


def _without(pattern: str, instead: str = "pass") -> Callable[[pytest.MonkeyPatch, Path], None]:
    """Lift what one place of the worker does, by leaving it out or putting another there."""

    def lift(patch: pytest.MonkeyPatch, folder: Path) -> None:
        text = Path(walls.__file__).with_name("worker.py").read_text("utf-8")
        text, count = re.subn(pattern, instead, text)
        assert count == 1
        (folder / "worker.py").write_text(text, "utf-8")
        binds = {
            **dict(walls._binds()),
            "/site/gradloom_grader/worker.py": str(folder / "worker.py"),
        }
        patch.setattr(walls, "_binds", lambda: iter(binds.items()))

    return lift


def _without_variables(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Lift what the environment says of threads."""
    kept = {k: v for k, v in walls.ENVIRONMENT.items() if not k.endswith("_NUM_THREADS")}
    patch.setattr(walls, "ENVIRONMENT", kept)


LIFTS = {
    "a folder of its own": _without(r'_call\("mount", .*\)'),
    "a folder from which nothing runs": _without(r"_FLAGS = 2 \| 4 \| 8", "_FLAGS = 2 | 4"),
    "a limit on open files": _without(r"resource\.RLIMIT_NOFILE: .*\n", ""),
    "a memory that is not dumped": _without(r'_call\("prctl", 4, .*\)'),
    "a single thread for a product": _without_variables,
}


@pytest.fixture
def lifted_jail(site, monkeypatch, tmp_path) -> Iterator[Callable[[str], Jail]]:
    """Start a jail that lacks one protection, by its name in LIFTS."""
    given = intake.given_cells(site.rehearsal.source)
    kit = build.kit_sources(site.rehearsal.course, site.rehearsal.chapter)

    def start(protection: str) -> Jail:
        LIFTS[protection](monkeypatch, tmp_path)
        walls._mounts.cache_clear()
        return Jail(kit, given=given)

    yield start
    walls._mounts.cache_clear()
    walls.system_call_filter.cache_clear()
