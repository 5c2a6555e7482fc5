"""The referee's process, in it one pytest session whose items judge; and `Client`, its other end.

A client hands over notebooks and gets reports. Commands, nbgrader's preprocessors and the
formgrader are clients; students' code never runs in either process.
"""

import contextlib
import gc
import json
import os
import select
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from . import build, intake, probes
from .chapters import read_course
from .errors import AuthorError, SetupError
from .intake import Submission
from .jail import Jail, Limits
from .probes import Case, Finding
from .referee import Referee
from .report import Report

IDLE_SECONDS = 1800.0  # after which a referee that is asked nothing ends; the next job starts one


class Judge:
    """Lets the pytest items of a chapter's checks judge answers.

    It takes over pytest's protocol for an item: probes have no fixtures, so that nothing needs to
    be set up or torn down for each.
    """

    def __init__(self, session: pytest.Session):
        self.items = {probes.case_of(item).key: item for item in session.items}
        self.cases = [probes.case_of(item) for item in session.items]
        self.failed = False
        session.config.pluginmanager.register(self)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool:
        self.failed = False
        try:
            probes.run(item)
        except pytest.fail.Exception:
            self.failed = True
        return True

    def __call__(
        self, cases: Sequence[Case], finding: Callable[[Case], Finding | None]
    ) -> dict[str, Finding]:
        """Run the cases' items on `finding`; return what they found, by the case's key."""
        found = {}
        for case in cases:
            item = self.items[case.key]
            result = finding(case)
            with probes.bench.judging(lambda *_, result=result: result):
                item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed != bool(result):
                raise RuntimeError(f"{item.nodeid} did not judge by what was found")
            if result:
                found[case.key] = result
        return found


def serve(
    course: Path, chapter: str, unsafe: bool, patience: float, jobs: int, results: int
) -> None:
    """Grade the notebooks that come through the pipe `jobs`.

    Ends when the pipe closes, as it does if the client dies, or after so many seconds of nothing.
    Referee and worker are batch jobs: neither takes the core from the other at each message.
    """
    with contextlib.suppress(OSError):  # where that is forbidden, it is only slower
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    plugin = _Session(course, chapter, unsafe, patience, jobs, results)
    checks = course / "chapters" / chapter / "checks.py"
    options = [*probes.PYTEST_OPTIONS, "--rootdir", str(checks.parent), str(checks)]
    pytest.main(options, plugins=[plugin])


class _Session:
    """A pytest session whose loop reads jobs."""

    def __init__(
        self, course: Path, chapter: str, unsafe: bool, patience: float, jobs: int, results: int
    ):
        self.course, self.chapter, self.unsafe = course, chapter, unsafe
        self.patience = patience
        self.jobs, self.results = os.fdopen(jobs, "rb"), os.fdopen(results, "wb")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        try:
            self._serve(session)
        except (AuthorError, SetupError) as error:
            _send(self.results, {"error": str(error)})
        return True

    def _serve(self, session: pytest.Session) -> None:
        course = read_course(self.course)
        chapter = course.chapter(self.chapter)
        template = json.loads(build.build_if_stale(course, chapter).read_text("utf-8"))
        kit, given = build.kit_sources(course, chapter), intake.given_cells(template)
        with Jail(kit, Limits(), self.unsafe, given) as jail:
            judge = Judge(session)
            referee = Referee(course, chapter, template, jail, judge.cases, judge)
            gc.freeze()  # what lives as long as the process need not be looked through again
            _send(self.results, {"jail": jail.description, "base_key": referee.base_key})
            while (raw := self._next()) is not None:
                report, submission = referee.graded(raw, _receive_earlier(self.jobs))
                _send(self.results, {"report": report, "submission": submission})

    def _next(self) -> bytes | None:
        """The next notebook; None if none will come."""
        if select.select([self.jobs], [], [], self.patience)[0]:
            return _receive(self.jobs)
        _send(self.results, {"idle": True})
        return None


def _send(pipe, message: dict) -> None:
    _send_bytes(pipe, json.dumps(message, default=_plain).encode())


def _plain(value: Any) -> dict | list:
    return sorted(value) if isinstance(value, frozenset) else vars(value)


def _send_bytes(pipe, data: bytes) -> None:
    pipe.write(struct.pack("!Q", len(data)) + data)
    pipe.flush()


def _receive(pipe) -> bytes | None:
    head = pipe.read(8)
    return pipe.read(struct.unpack("!Q", head)[0]) if len(head) == 8 else None


def _receive_earlier(pipe) -> dict[str, bytes]:
    names = json.loads(_receive(pipe) or b"[]")
    return {name: _receive(pipe) or b"" for name in names}


class Client:
    """A referee in a process of its own. Grades one notebook at a time; close it when done."""

    def __init__(self, course: Path, chapter: str, unsafe: bool = False):
        self._arguments = [str(course), chapter, str(int(unsafe)), str(IDLE_SECONDS)]
        self._start()

    def _start(self) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - close() closes it
        jobs, to = os.pipe()
        back, results = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *self._arguments, str(jobs), str(results)],
            pass_fds=(jobs, results),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        )
        os.close(jobs)
        os.close(results)
        self._to, self._from = os.fdopen(to, "wb"), os.fdopen(back, "rb")
        self._ready: dict | None = None

    @property
    def ready(self) -> dict:
        """What the referee says of itself once it has started: its jail and its base key."""
        if self._ready is None:
            self._ready = self._answer()
        return self._ready

    def grade(self, raw: bytes, earlier: Mapping[str, bytes] | None = None) -> Report:
        """Grade a notebook's bytes; a referee that has ended is started anew.

        `earlier` are the notebooks of the same student's earlier chapters, by chapter. Raises
        SetupError if the referee itself fails.
        """
        return self.graded(raw, earlier)[0]

    def graded(
        self, raw: bytes, earlier: Mapping[str, bytes] | None = None
    ) -> tuple[Report, Submission]:
        """The report, and what the referee read of the notebook."""
        if self._process.poll() is not None:
            self._restart()
        earlier = earlier or {}
        job = (raw, json.dumps(list(earlier)).encode(), *earlier.values())
        answer = self._asked(job)
        if "idle" in answer:  # it ended while the job was on its way
            self._restart()
            answer = self._asked(job)
        submission = Submission.from_data(answer["submission"])
        return Report.from_data(answer["report"]), submission

    def _asked(self, job: Iterable[bytes]) -> dict:
        self.ready  # noqa: B018 - the first answer comes before any report
        with contextlib.suppress(BrokenPipeError):  # what it said last tells why
            for data in job:
                _send_bytes(self._to, data)
        return self._answer()

    def _restart(self) -> None:
        self.close()
        self._start()

    def _answer(self) -> dict:
        data = _receive(self._from)
        if data is None:
            raise SetupError(self._last_words())
        answer = json.loads(data)
        if "error" in answer:
            raise SetupError(answer["error"])
        return answer

    def _last_words(self) -> str:
        self._process.wait()
        self._said.seek(0)
        text = self._said.read().decode(errors="replace").strip()
        return text.splitlines()[-1] if text else "the referee ended without a word"

    def end(self) -> None:
        """Let the referee end, without waiting for it."""
        with contextlib.suppress(BrokenPipeError):
            self._to.close()

    def close(self) -> None:
        self.end()
        self._from.close()
        self._process.wait()
        self._said.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.close()


class Referees:
    """A referee a core; notebooks handed in early are graded side by side."""

    def __init__(self, course: Path, chapter: str):
        count = len(os.sched_getaffinity(0))
        self._stack = contextlib.ExitStack()
        self._idle: SimpleQueue[Client] = SimpleQueue()
        for _ in range(count):
            self._idle.put(self._stack.enter_context(Client(course, chapter)))
        self._pool = self._stack.enter_context(ThreadPoolExecutor(count))

    def submit(self, notebook: dict | bytes) -> Future[Report]:
        raw = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        return self._pool.submit(self._grade, raw)

    def _grade(self, raw: bytes) -> Report:
        client = self._idle.get()
        try:
            return client.grade(raw)
        finally:
            self._idle.put(client)

    def __enter__(self) -> "Referees":
        return self

    def __exit__(self, *_) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._stack.close()


if __name__ == "__main__":
    folder, name, is_unsafe, seconds, *ends = sys.argv[1:]
    serve(Path(folder), name, bool(int(is_unsafe)), float(seconds), *map(int, ends))
