"""Limits hold, name themselves with their number, and cost the exercise that goes beyond them."""

import copy
import json

import pytest
from gradloom_grader import build, intake
from gradloom_grader.jail import Jail
from gradloom_grader.limits import Limits
from gradloom_grader.referee import Referee

EXERCISE = "mul-backward"
MUL = """
@weave
class Mul(Function):
    def backward(self, out_grad, node):
        a, b = node._inputs
        if out_grad.shape == (2,):  # the visible probe
            return {answer}
        return out_grad * b, out_grad * a
"""
RIGHT = MUL.format(answer="out_grad * b, out_grad * a")
ONE_PROCESS = "the one process, without a network, that a submission has."

# what a cell does; what is then said of the exercise
CELLS = {
    "time": (
        "while True: pass",
        "it took longer than the 5 seconds of computing (15 by the clock) a cell may take",
    ),
    "memory": ("bytearray(3 * 10**9)", "That is beyond the 2 GB of memory a submission may use."),
    "processes": ("import os\nos.fork()", ONE_PROCESS),
    "commands": ("import subprocess\nsubprocess.run('ls')", ONE_PROCESS),
    "network": ("import socket\nsocket.socket()", ONE_PROCESS),
    "threads": (
        "import threading, time\n"
        "while True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
        "That is beyond the 64 threads a submission may have.",
    ),
    "open files": (
        "kept = [open('/dev/null') for _ in range(99)]",
        "That is beyond the 64 files that may be open at a time.",
    ),
    "file": (
        "open('a', 'wb').write(bytes(40 * 2**20))",
        "That is beyond the 32 MB that a file may have.",
    ),
    "disk": (
        "for n in range(9): open(str(n), 'wb').write(bytes(10**7))",
        "That is beyond the 64 MB in 4096 files a submission may write.",
    ),
    "files": (
        "for n in range(9999): open(str(n), 'wb').close()",
        "That is beyond the 64 MB in 4096 files a submission may write.",
    ),
    "death": ("import os\nos._exit(0)", "Your cell did not finish: it ended the whole process."),
    "wire": ("import os\nos.write(3, b'x' * 99)", "did not finish: what came back could not be"),
}
FRAME = "It went beyond what an answer may hold: 256 KB of numbers and text, 20000 values, 1000 arr"
ANSWERS = {
    "time": (
        "__import__('time').sleep(99)",
        "It took longer than the 5 seconds of computing (15 by the clock) an answer may take,",
    ),
    "memory": ("bytearray(3 * 10**9)", "That is beyond the 2 GB of memory a submission may use."),
    "arrays": ("np.zeros(10**7)", FRAME),
    "many arrays": ("[[np.zeros(1)] * 9000] * 2", FRAME),
    "text": ("'x' * 10**6", FRAME),
    "values": ("[[0] * 9000] * 3", FRAME),
    "process": ("__import__('os').fork()", ONE_PROCESS),
    "death": ("__import__('os')._exit(0)", "It ended the whole process."),
}


@pytest.fixture(scope="module")
def notebook(rehearsal):
    """The solved notebook with another cell for the exercise, and with cells at its end."""

    def notebook(source=RIGHT, *added):
        made = rehearsal.with_cell(rehearsal.solved(), EXERCISE, source)
        about = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        made["cells"] += [{**about, "id": f"more{n}", "source": a} for n, a in enumerate(added)]
        return copy.deepcopy(made)

    return notebook


@pytest.fixture(scope="module")
def reports(notebook, referees):
    """All these notebooks' reports, graded side by side."""
    asked = {("cell", name): notebook(source) for name, (source, _) in CELLS.items()}
    for name, (answer, _) in ANSWERS.items():
        asked["answer", name] = notebook(MUL.format(answer=answer))
    running = {name: referees.submit(each) for name, each in asked.items()}
    return {name: each.result() for name, each in running.items()}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_beyond_a_limit(reports, result, name):
    found = reports["cell", name]
    mine = result(found, EXERCISE)
    assert CELLS[name][1] in mine.because
    assert (mine.points, found.score) == (0, found.max_score - mine.max_points)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_beyond_a_limit(reports, result, name):
    found = reports["answer", name]
    mine = result(found, EXERCISE)
    wrong = [probe for probe in mine.probes if not probe.passed]
    assert len(wrong) == 1
    assert ANSWERS[name][1] in wrong[0].message
    assert (mine.points, found.score) == (0, found.max_score - mine.max_points)


def test_memory_is_named_where_nothing_else_is(grade, notebook, result):
    """Of a hidden probe's error one reads that it was memory, and no word of the student's."""
    source = MUL.replace("out_grad.shape == (2,)", "True").format(answer="bytearray(3 * 10**9)")
    told = [probe.message for probe in result(grade(notebook(source)), EXERCISE).probes]
    ends = "\nIt raised MemoryError.\nThat is beyond the 2 GB of memory a submission may use."
    assert any(message.endswith(ends) for message in told)


def test_output_is_cut_and_says_where(grade, notebook):
    found = grade(notebook(f"print('x' * 10**6)\n{RIGHT}", *["print('y' * 99_000)"] * 12))
    cut = "\n(output cut: a cell may print 100 KB, all cells together 1 MB)\n"
    assert found.outputs[EXERCISE].endswith(cut)
    assert sum(map(len, found.outputs.values())) < 1_010_000
    assert f"cell {EXERCISE}: output cut" in found.flags
    assert found.score == found.max_score


def test_a_cell_that_is_no_exercise_s_is_named(grade, notebook):
    found = grade(notebook(RIGHT, "x = 1", "while True: pass", "import os; os._exit(0)"))
    late, died = found.repairs[-2:]
    too_late = f"it took longer than {Limits().words['cell']}, and was stopped."
    assert late.endswith(f" was left out: {too_late}")
    assert died.endswith(" was left out: it ended the whole process.")
    assert late.split()[2] != died.split()[2]
    assert found.score == found.max_score


@pytest.fixture(scope="module")
def hasty(course, chapter, cases, rehearsal):
    """Grade with less time for a whole submission, and with less room for all answers."""
    limits = Limits(cell_seconds=0.4, submission_seconds=2, answer_bytes=2**20)
    judge = lambda cases, finding: {c.key: f for c in cases if (f := finding(c))}  # noqa: E731
    kit, given = build.kit_sources(course, chapter), intake.given_cells(rehearsal.source)
    with Jail(kit, limits, given=given) as jail:
        referee = Referee(course, chapter, rehearsal.source, jail, cases, judge)
        yield lambda notebook: referee.grade(json.dumps(notebook).encode())


def test_the_time_of_a_submission(hasty, notebook, result):
    found = hasty(notebook(RIGHT, *["while True: pass"] * 20))
    used_up = "It went beyond the 2 seconds a whole submission may take."
    told = {probe.message for e in found.exercises for probe in e.probes if not probe.passed}
    assert found.score == 0
    assert all(message.endswith(used_up) for message in told)
    assert len([text for text in found.repairs if "2 seconds a whole submission" in text]) > 10


def test_the_room_of_all_answers(hasty, notebook, result):
    found = hasty(notebook(MUL.format(answer="np.zeros(10**6)")))
    told = [probe.message for probe in result(found, EXERCISE).probes if not probe.passed]
    assert any("It went beyond the 1 MB all answers together may hold." in text for text in told)


def test_a_thousand_deaths(hasty, notebook):
    """They cost their author the time of a submission, and no more."""
    found = hasty(notebook(RIGHT, *["import os; os._exit(0)"] * 1000))
    assert len(found.flags) > 50
    assert hasty(notebook()).score == found.max_score
