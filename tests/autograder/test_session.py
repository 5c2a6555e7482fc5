"""The referee's process: when it ends, and that a client then starts another."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from gradloom_grader import intake, session
from gradloom_grader.session import Client

CHAPTER = "04_elementwise"
OWNER = """
import sys, time
from pathlib import Path
from gradloom_grader.session import Client

client = Client(Path(sys.argv[1]), sys.argv[2])
client.ready
print(client._process.pid, flush=True)
time.sleep(60)
"""


def below(pid: int) -> list[int]:
    """The processes below one, in whatever namespace."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for task in tasks for child in task.read_text().split()]
    return found + [other for child in found for other in below(child)]


def ended(pids: list[int]) -> bool:
    """Whether all of these are gone within a few seconds."""
    deadline = time.monotonic() + 10
    while left := [pid for pid in pids if _runs(pid)]:
        if time.monotonic() > deadline:
            return not left
        time.sleep(0.02)
    return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def impatient(monkeypatch, course_folder):
    monkeypatch.setattr(session, "IDLE_SECONDS", 0.2)
    with Client(course_folder, CHAPTER) as client:
        client.ready  # noqa: B018
        monkeypatch.setattr(session, "IDLE_SECONDS", 60.0)
        client._arguments[-1] = "60"
        yield client


@pytest.mark.parametrize("noticed", [True, False])
def test_an_idle_referee_ends_and_the_next_job_starts_another(
    impatient, monkeypatch, release, noticed
):
    first = [impatient._process.pid, *below(impatient._process.pid)]
    assert len(first) > 2
    assert ended(first)
    if not noticed:  # as where the job is sent in the moment in which it ends
        monkeypatch.setattr(impatient._process, "poll", lambda: None)
    assert impatient.grade(json.dumps(release).encode()).score == 0
    assert impatient._process.pid != first[0]


def test_what_a_referee_has_read_comes_with_the_report(course_folder, rehearsal):
    raw = json.dumps(rehearsal._with_cells_deleted_and_doubled()).encode()
    with Client(course_folder, CHAPTER) as client:
        report, submission = client.graded(raw)
    assert report.repairs == submission.repairs != ()
    assert submission == intake.read(raw, rehearsal.chapter, rehearsal.source)


def test_a_referee_ends_with_its_client(course_folder):
    command = [sys.executable, "-c", OWNER, str(course_folder), CHAPTER]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        referee = int(owner.stdout.readline())
        everybody = [referee, *below(referee)]
        assert len(everybody) > 2
        os.kill(owner.pid, signal.SIGKILL)
    assert ended(everybody)
