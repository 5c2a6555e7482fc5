"""Corrupted notebooks and corrupted frames, thousands of each: nothing trips over them.

`make fuzz` runs many more, under a seed of its own. A failure names the seed and the case, which
are all that it takes to see it again.
"""

import contextlib
import copy
import json
import os
import random
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import msgpack
import numpy as np
import pytest
from gradloom_grader import intake, probes, replies, wire
from gradloom_grader.errors import SubmissionError
from gradloom_grader.jail import Cell, Fault, Jail, Limits, Question
from gradloom_grader.kit import compare

SEED = int(os.environ.get("GRADLOOM_FUZZ_SEED", "1"))
TIMES = int(os.environ.get("GRADLOOM_FUZZ_TIMES", "1"))
READ, GRADED, FRAMES, SENT = 300 * TIMES, 48 * TIMES, 3000 * TIMES, 50 * TIMES


@contextlib.contextmanager
def case(number):
    """The random numbers of one case; whatever goes wrong in it says which one it was."""
    try:
        yield random.Random(f"{SEED}-{number}")
    except Exception as error:
        raise AssertionError(f"GRADLOOM_FUZZ_SEED={SEED}, case {number}: {error!r}") from error


def flipped(data: bytes, rng) -> bytes:
    """Some bytes changed, put in, cut out or doubled; or the end cut off."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 9])):
        at, length = rng.randrange(len(data) + 1), rng.choice([1, 1, 4, 200])
        how = rng.randrange(6)
        if how < 2:
            data[at : at + length] = rng.randbytes(length)
        elif how == 2:
            data[at:at] = rng.randbytes(length)
        elif how == 3:
            del data[at : at + length]
        elif how == 4:
            data[at:at] = data[at : at + length]
        else:
            del data[at + rng.randrange(1000) :]
    return bytes(data)


# Notebooks


VALUES = [
    *(None, True, False, 0, -1, 1.5, 2**70, float("nan"), float("inf"), [], {}, "", "x", [None]),
    *("\0", "\ud800", "\u202e", "code", "markdown", "mul-backward", "x" * 100_000, [[[[]]]] * 100),
    *({"grade_id": "mul-backward"}, {"nbgrader": []}, ["a", 1, None], {"cells": []}),
]


def places(tree) -> list[tuple]:
    """(container, key) of everything in a tree."""
    items = list(tree.items() if isinstance(tree, dict) else enumerate(tree))
    inside = [
        place for _, value in items if isinstance(value, dict | list) for place in places(value)
    ]
    return [(tree, key) for key, _ in items] + inside


def with_other_values(tree, rng):
    for _ in range(rng.choice([1, 2, 5, 40])):
        found = places(tree)
        if not found:
            break
        (one, key), (other, name) = rng.choices(found, k=2)
        how = rng.randrange(5)
        if how < 2:
            one[key] = copy.deepcopy(rng.choice(VALUES))
        elif how == 2:
            del one[key]
        elif how == 3 and isinstance(one, dict):
            one[rng.choice([*one, "source", "metadata", "id"])] = one.pop(key)
        elif how == 4:
            one[key] = copy.deepcopy(other[name])
    return tree


def with_other_cells(notebook, rng):
    cells = notebook["cells"]
    for _ in range(rng.choice([1, 2, 5])):
        how, at = rng.randrange(7), rng.randrange(len(cells))
        if how == 0:
            rng.shuffle(cells)
        elif how == 1:
            cells.insert(rng.randrange(len(cells)), copy.deepcopy(cells[at]))
        elif how == 2 and len(cells) > 1:
            del cells[at]
        elif how == 3:
            cells[at]["cell_type"] = rng.choice(["code", "markdown", "raw", "heading"])
        elif how == 4:
            cells[at]["source"] = "".join(cells[at]["source"]).splitlines(keepends=True)
        elif how == 5:
            cells += copy.deepcopy(cells[at : at + 1]) * rng.choice([2, 50, 3000])
        else:
            both = cells[at], rng.choice(cells)
            cells[at]["source"] = "".join("".join(cell["source"]) for cell in both)
    return notebook


def with_other_code(notebook, rng):
    """Lines of code lost, doubled, swapped, moved to the side, or with other characters in them."""
    for cell in rng.sample(notebook["cells"], 3):
        lines = cell["source"].split("\n")
        for _ in range(rng.choice([1, 3])):
            how, at, to = rng.randrange(5), rng.randrange(len(lines)), rng.randrange(len(lines))
            if how == 0:
                lines[at] = ""
            elif how == 1:
                lines.insert(to, lines[at])
            elif how == 2:
                lines[at], lines[to] = lines[to], lines[at]
            elif how == 3:
                lines[at] = rng.choice([" ", "    ", "\t", "%", "!", "?", "@", "del "]) + lines[at]
            else:
                lines[at] = flipped(lines[at].encode(), rng).decode(errors="replace")
        cell["source"] = "\n".join(lines)
    return notebook


def corrupted(notebook: dict, rng) -> bytes:
    """A file that was a notebook, damaged at any level."""
    how = rng.choice([None, None, with_other_values, with_other_values, with_other_cells])
    how = rng.choice([how, with_other_code])
    text = json.dumps(how(copy.deepcopy(notebook), rng) if how else notebook)
    data = text.encode(rng.choice(["utf-8"] * 9 + ["utf-8-sig", "utf-16"]), "surrogatepass")
    return data if how and rng.random() < 0.8 else flipped(data, rng)


@pytest.fixture(scope="module")
def originals(rehearsal):
    """Notebooks to corrupt, by name."""
    half = {e.id for e in rehearsal.chapter.exercises[::2]}
    wrong = {min(a.holes): a for a in reversed(rehearsal.answers) if not a.right}.values()
    notebooks = {
        "all": rehearsal.solved(),
        "half": rehearsal.solved(without=half),
        "nothing": rehearsal.released,
        "wrong": rehearsal.solved(*list(wrong)[::3]),
    }
    for notebook in notebooks.values():
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
    return notebooks


def test_notebooks_are_read_or_refused(originals, chapter, rehearsal):
    refused = 0
    for number in range(READ):
        with case(number) as rng:
            name = rng.choice(list(originals))
            try:
                found = intake.read(corrupted(originals[name], rng), chapter, rehearsal.source)
            except SubmissionError:
                refused += 1
                continue
            ids = [cell.id for cell in found.cells]
            assert len(set(ids)) == len(ids)
            assert found.attempted <= {exercise.id for exercise in chapter.exercises}
    print(f"{READ} notebooks read, {refused} of them refused, seed {SEED}")
    assert READ / 10 < refused < READ / 2


def test_a_corrupted_notebook_earns_no_more_and_harms_nobody(originals, referees):
    """Neither more than the original nor anything for what was not attempted."""
    names = ["all", "half", "half", "nothing", "wrong"]
    deserved = {name: referees.submit(notebook).result() for name, notebook in originals.items()}
    scores = {name: report.score for name, report in deserved.items()}
    assert scores["nothing"] == 0 < scores["wrong"] < scores["all"] == deserved["all"].max_score
    worst = 0.0
    for start in range(0, GRADED, 48):
        chosen, running = {}, {}
        for number in range(start, start + 48):
            with case(number) as rng:
                name = chosen[number] = rng.choice(names)
                running[number] = referees.submit(damage(name, originals[name], rng))
        for number, name in chosen.items():
            with case(number):
                began = time.monotonic()
                report, best = running[number].result(), points(deserved[name])
                worst = max(worst, time.monotonic() - began)
                assert all(earned <= best[e] for e, earned in points(report).items())
                assert report.score <= deserved[name].score
        for name, notebook in originals.items():
            assert referees.submit(notebook).result().to_json() == deserved[name].to_json()
    print(f"{GRADED} notebooks graded, at most {worst:.1f} s each, seed {SEED}")


def damage(name: str, notebook: dict, rng) -> bytes:
    """A corrupted notebook; what is wrong in it is not mended by chance."""
    if name != "wrong":
        return corrupted(notebook, rng)
    how = rng.choice([with_other_values, with_other_cells])
    return json.dumps(how(copy.deepcopy(notebook), rng)).encode()


def points(report) -> dict[str, float]:
    return {e.id: e.points for e in report.exercises}


# Frames


def reply(value) -> dict:
    """What a worker sends for its first request."""
    output = np.frombuffer(b"printed\n", np.uint8)
    return {"number": 1, "fault": None, "output": output, "value": value}


FAULT = {"kind": "error", "name": "KeyError", "builtin": True, "text": "x", "line": 1, "cell": "c"}
NODES = [
    *(None, True, 0, -1, 2**31, 2**63, 1.5, float("nan"), "", "l", "a", "<f8", "|O", "x" * 5000),
    *([], ["l"], ["d", "a"], ["a", "<f8", [1]], ["s", "<f8"], ["n", "x"], ["t", "<f4", [0, 9]]),
    *(["a", "|b1", [2]], ["a", "<f8", [2**31 - 1, 2**31 - 1]], {"a": 1}, b"x", [["l"]] * 300),
]


def with_another_header(frame: bytes, rng) -> bytes:
    """A frame whose tree has changed; its lengths are right again."""
    size, _ = struct.unpack(">II", frame[:8])
    tree = msgpack.unpackb(frame[8 : 8 + size])
    for _ in range(rng.choice([1, 1, 3])):
        one, key = rng.choice(places(tree))
        one[key] = copy.deepcopy(rng.choice([*NODES, rng.choice(places(tree))[0]]))
    try:
        header = msgpack.packb(tree)
    except ValueError:  # it contains itself now
        header = msgpack.packb(rng.choice(NODES))
    return struct.pack(">II", len(header), len(frame) - 8 - size) + header + frame[8 + size :]


def with_other_lengths(frame: bytes, rng) -> bytes:
    lengths = list(struct.unpack(">II", frame[:8]))
    lengths[rng.randrange(2)] = rng.choice([0, 1, 2**31, 2**32 - 1, rng.randrange(300)])
    return struct.pack(">II", *lengths) + frame[8:]


def damaged(frame: bytes, rng) -> bytes:
    how = rng.choice([flipped, with_another_header, with_another_header, with_other_lengths])
    return how(frame, rng)


@pytest.fixture(scope="module")
def asked(cases, chapter, engine):
    """Cases with their inputs and the right answers."""
    from gradloom_grader import holes

    reference = holes.load(engine)
    drawn = [(case, case.inputs()) for case in cases]
    return [(case, inputs, case.expected(reference, inputs)) for case, inputs in drawn]


def received(data: bytes):
    """What comes out of the referee's end of a socket, whose other end is closed then."""
    ours, theirs = socket.socketpair()
    with ours, ThreadPoolExecutor(1) as pool:
        pool.submit(_sent, theirs, data)
        try:
            return wire.receive(ours, time.monotonic() + 5)
        finally:
            ours.close()  # or who sends would wait for us


def _sent(sock: socket.socket, data: bytes) -> None:
    with sock, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        sock.sendall(data)


def test_frames_are_garbled_or_judged(asked):
    """What can be read is judged by what it says, and found right only where it is."""
    read = right = 0
    for number in range(FRAMES):
        with case(number) as rng:
            probe, inputs, expected = rng.choice(asked)
            fault = dict(FAULT) if rng.random() < 0.2 else None
            frame = damaged(wire.encode({**reply(expected), "fault": fault}), rng)
            try:
                said = replies.Reply(received(frame), 1)
            except (wire.Garbled, EOFError):
                continue
            read += 1
            limits = Limits()
            answer = limits.name(said.fault, "answer") if said.fault else said.value
            wrong = probes.judge(probe, inputs, expected, answer)
            assert wire.size(said.value) <= wire.BODY
            assert wrong is None or len(wrong.message) < 20_000
            right += wrong is None
            assert wrong or probe.probe.verify or is_near(expected, compare.normal(answer))
    print(f"{FRAMES} frames damaged, {read} read all the same, {right} of them right, seed {SEED}")
    assert FRAMES / 100 < right < read / 2 < FRAMES / 3


def is_near(expected, answer) -> bool:
    """Whether an answer is right, in other words than those of the referee."""
    if isinstance(expected, list):
        return len(expected) == len(answer) and all(map(is_near, expected, answer))
    if isinstance(expected, dict):
        return expected.keys() == answer.keys() and all(
            is_near(value, answer[key]) for key, value in expected.items()
        )
    if isinstance(expected, np.ndarray | float):
        wide = np.asarray(expected, "f8"), np.asarray(answer, "f8")
        near = np.abs(wide[0] - wide[1]) <= 1e-4 * (1e-2 + np.abs(wide[0]))
        same = (wide[0] == wide[1]) | np.isnan(wide[0]) & np.isnan(wide[1])
        return wide[0].shape == wide[1].shape and bool(np.all(near | same))
    return expected == answer


FINE = Question("fine", "def ask(gl): return 'fine'", {})
SENDS = "def ask(gl, frame):\n import os\n os.write(3, frame.tobytes())\n os._exit(0)"


def test_a_jail_outlives_the_frames_that_its_workers_send(tiny_kit):
    garbled = 0
    with Jail(tiny_kit, Limits(submission_seconds=20)) as jail:
        for number in range(SENT):
            with case(number) as rng:
                frame = damaged(wire.encode(reply([np.ones(3), {"a": 1.0}])), rng)
                inputs = {"frame": np.frombuffer(frame, np.uint8)}
                found = jail.run([Cell("c", "x = 1")], [[Question("bad", SENDS, inputs)], [FINE]])
                assert found.cells["c"].fault is None
                assert found.answers.keys() == {"bad", "fine"}
                bad = found.answers["bad"]
                garbled += isinstance(bad, Fault) and bad.kind == "garbled"
                assert jail.run([], [[FINE]]).answers == {"fine": "fine"}
    print(f"{SENT} frames sent from a jail, {garbled} of them garbled, seed {SEED}")
    assert garbled > SENT / 10
