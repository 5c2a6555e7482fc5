"""Where the attacks take place: a released course, what is planted in it, who listens around it."""

import contextlib
import copy
import hashlib
import json
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from gradloom_grader import bulk
from gradloom_grader.chapters import read_course
from gradloom_grader.errors import SetupError
from gradloom_grader.rehearsal import Rehearsal
from gradloom_grader.report import Report
from gradloom_grader.session import Client

COURSE = Path(__file__).parents[2] / "course"
CHAPTER = "04_elementwise"
TOKEN = secrets.token_hex(8)


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
        return Rehearsal(course, course.chapter(CHAPTER))

    @cached_property
    def honest(self) -> dict:
        """The released notebook with the reference's pieces in all exercises."""
        release = self.course / "release" / CHAPTER / f"{CHAPTER}.ipynb"
        notebook = json.loads(release.read_text("utf-8"))
        solved = {c["id"]: c["source"] for c in self.rehearsal.solved()["cells"]}
        for cell in notebook["cells"]:
            if cell["id"] in {e.id for e in self.rehearsal.chapter.exercises}:
                cell["source"] = solved[cell["id"]]
        return notebook

    def attacked(self, attack, known: dict) -> dict:
        """The honest notebook with an attack in it; `known` fills in what the attacker knows."""
        notebook = self.with_cells(*(filled(source, known) for source in attack.added))
        cell = next(c for c in notebook["cells"] if c["id"] == attack.exercise)
        cell["source"] = filled(attack.source, known)
        cell["metadata"] |= attack.metadata
        return notebook

    def files_of(self, attack, known: dict) -> dict[str, str]:
        return {name: filled(text, known) for name, text in attack.files.items()}

    def with_cells(self, *sources: str) -> dict:
        """The honest notebook with more cells at its end."""
        notebook = copy.deepcopy(self.honest)
        notebook["cells"] += [code_cell(source) for source in sources]
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
            "ROOTS": ["/"] if jailed else [str(self.folder)],
        }

    def hand_in(self, student: str, notebook: dict, files: dict[str, str] | None = None) -> None:
        """Put a submission where it is collected, with files beside the notebook."""
        folder = self.course / "submitted" / student / CHAPTER
        for name, text in {f"{CHAPTER}.ipynb": json.dumps(notebook), **(files or {})}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")

    def snapshot(self) -> dict[str, str]:
        """A digest of every file around the course."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def filled(source: str, known: dict) -> str:
    for name, value in known.items():
        source = source.replace(f"@{name}@", repr(value))
    return source


def code_cell(source: str) -> dict:
    about = {"id": secrets.token_hex(4), "metadata": {}, "outputs": [], "execution_count": None}
    return {"cell_type": "code", "source": source, **about}


def _plant(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Put canaries wherever somebody may look who should not."""

    def canary(place: str) -> str:
        return f"canary-{TOKEN}-{place}"

    chapter = folder / "course" / "chapters" / CHAPTER
    with (chapter / "checks.py").open("a") as checks:
        checks.write(SECRETS.replace("TOKEN", TOKEN))
    with (chapter / "answers.py").open("a") as answers:
        answers.write(f"\n# {canary('answers')}\n")
    (folder / "course" / ".secret").write_text(canary("secret"))
    (folder / "home").mkdir()
    (folder / "home" / ".netrc").write_text(canary("home"))
    (folder / "left.txt").write_text(canary("left"))
    patch.setenv("HOME", str(folder / "home"))
    patch.setenv("GRADLOOM_TOKEN", canary("environment"))
    Site(folder).hand_in("trent", {"cells": [code_cell(canary("sibling"))]})


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("attacks")
    shutil.copytree(COURSE / "chapters", folder / "course" / "chapters")
    shutil.copy(COURSE / "nbgrader_config.py", folder / "course")
    with pytest.MonkeyPatch.context() as patch:
        _plant(folder, patch)
        bulk.release(folder / "course", CHAPTER)
        yield Site(folder)


@pytest.fixture(scope="module")
def copied_site(site, tmp_path_factory) -> Site:
    """A site that may be damaged."""
    return Site(shutil.copytree(site.folder, tmp_path_factory.mktemp("copies") / "site"))


@pytest.fixture
def empty_site(site, tmp_path) -> Site:
    """A site of its own without submissions."""
    own = Site(shutil.copytree(site.folder, tmp_path / "site"))
    shutil.rmtree(own.course / "submitted")
    return own


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def referee(site) -> Iterator[Referee]:
    with Referee(site.course, CHAPTER) as referee:
        yield referee


@pytest.fixture(scope="module")
def unjailed(copied_site) -> Iterator[Referee]:
    """The control: a referee with the protection lifted."""
    with Referee(copied_site.course, CHAPTER, unsafe=True) as referee:
        referee.ready  # noqa: B018 - its process is to be known
        yield referee
