"""What costs others time or memory, in ways that are not a cell of one notebook alone."""

import base64
import json
import struct
import time
import zlib

import pytest
from gradloom_grader import bulk, intake, pages


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(side: int) -> bytes:
    """A square PNG in one colour: a few bytes a line."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    lines = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def carrying(site, data: bytes) -> dict:
    """The honest notebook with a picture in an output, in an attachment and in its metadata."""
    text = base64.b64encode(data).decode()
    page = {"output_type": "display_data", "metadata": {}, "data": {"image/png": text}}
    said = {
        "cell_type": "markdown",
        "id": "bomb",
        "metadata": {},
        "source": "![](attachment:a.png)",
    }
    notebook = site.with_cells({**said, "attachments": {"a.png": {"image/png": text}}})
    notebook["metadata"]["widgets"] = {"state": text}
    cell = next(c for c in notebook["cells"] if c["id"] == "mul-backward")
    cell["outputs"] = [page] * 3
    return notebook


@pytest.mark.row("D12", "Pictures in outputs and attachments unfold to very much more.")
def test_pictures_that_unfold(site, referee):
    data = picture(20_000)
    assert 500 * len(data) < 20_000**2 / 8  # the control, in its lightest dose: one bit a point
    notebook, honest = carrying(site, data), referee.report(site.honest)
    began = time.monotonic()
    report = referee.report(notebook)
    assert time.monotonic() - began < 5
    assert report.exercises == honest.exercises
    raw, rehearsal = json.dumps(notebook).encode(), site.rehearsal
    submission = intake.read(raw, rehearsal.chapter, rehearsal.source)
    notebook = pages.autograded(rehearsal.chapter, rehearsal.source, submission, report)
    kept = json.dumps(notebook)
    text = base64.b64encode(data).decode()
    assert text[:200] in raw.decode()
    assert text[:200] not in kept + report.to_json()


HOG = """
import threading, time

def hog():
    large = np.ones((500, 500))
    while True:
        large @ large

for _ in range(8):
    threading.Thread(target=hog, daemon=True).start()
began = time.process_time()
time.sleep(2)
print("busy:", time.process_time() - began > 0.5)
"""


@pytest.mark.row("D10", "Neighbours are graded while somebody keeps the cores busy.")
def test_neighbours_of_a_hog(empty_site):
    names = ["ada", "mallory", "trudy", "zoe"]
    for name in names:
        cells = [HOG] if name in ("mallory", "trudy") else []
        empty_site.hand_in(name, empty_site.with_cells(*cells))
    graded = bulk.grade_class(empty_site.course, empty_site.chapter, lambda student: None)
    scores = {name: graded.reports[name].score for name in names}
    assert scores == dict.fromkeys(names, 120)
    assert "busy: True\n" in graded.reports["mallory"].outputs.values()
    assert graded.reports["ada"].to_json() == graded.reports["zoe"].to_json()
