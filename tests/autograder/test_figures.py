"""A student's figures: drawn in the jail, encoded outside, few and small, and they cost nothing."""

import base64
import dataclasses
import io
import json

import numpy as np
import pytest
from gradloom_grader import figures, replies
from gradloom_grader.jail import Cell, Jail
from PIL import Image

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n"


def opened(base64_text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(base64_text)))


class TestACell:
    def test_sends_the_figures_it_leaves_open(self, run):
        cells = run(PLOT, "1", PLOT + "plt.close()").cells
        (picture,) = cells["c0"].pictures
        assert picture.shape == (480, 640, 3)
        assert 0 < (picture != 255).sum() < picture.size
        assert not cells["c1"].pictures
        assert not cells["c2"].pictures

    def test_sends_two_at_most_and_none_that_is_large(self, run):
        source = PLOT + "for n in range(5): plt.figure(figsize=(40, 20))"
        shapes = [picture.shape for picture in run(source).cells["c0"].pictures]
        assert shapes == [(480, 640, 3), (400, 800, 3)]

    def test_that_failed_leaves_no_figure_to_the_next(self, run):
        cells = run(PLOT + "1 / 0", "1").cells
        assert cells["c0"].fault.name == "ZeroDivisionError"
        assert not cells["c1"].pictures

    @pytest.mark.parametrize(
        "drawing",
        ["plt.title(r'$\\foo$')", "plt.gca().draw = lambda renderer: 1 / 0", "SLOW"],
        ids=["unreadable", "raising", "slow"],
    )
    def test_loses_nothing_by_a_figure_that_cannot_be_drawn(self, run, drawing):
        slow = "import time; plt.gca().draw = lambda renderer: time.sleep(9)"
        found = run(PLOT + drawing.replace("SLOW", slow), ask=["def ask(gl): return 1"])
        assert found.cells["c0"].fault is None
        assert not found.cells["c0"].pictures
        assert found.answers == {"0": 1}
        assert not found.flags

    def test_shows_no_figure_of_a_probe(self, run):
        found = run("1", ask=["def ask(gl): import matplotlib.pyplot as p; p.plot([1]); return 1"])
        assert not found.cells["c0"].pictures

    def test_draws_nothing_on_a_changed_kit(self, run):
        found = run(PLOT, changes={"ops": "class Tensor: pass\nclass Mul: pass\n"})
        assert found.cells["c0"].fault is None
        assert not found.cells["c0"].pictures


def test_a_submission_keeps_a_few(tiny_kit, jail):
    limits = dataclasses.replace(jail.limits, figures=3)
    with Jail(tiny_kit, limits) as small:
        plots = [Cell(str(n), PLOT + "plt.figure()") for n in range(3)]
        cells = small.run(plots, []).cells
    assert [len(cells[str(n)].pictures) for n in range(3)] == [2, 1, 0]


@pytest.mark.parametrize(
    "forged",
    [
        None,
        "png",
        {"0": 1},
        [[0, 0, 0]],
        [np.zeros((4, 4, 3))],
        [np.zeros((4, 4), np.uint8)],
        [np.zeros((4, 4, 4), np.uint8)],
        [np.zeros((0, 4, 3), np.uint8)],
        [np.zeros((801, 4, 3), np.uint8)],
        [np.zeros((4, 801, 3), np.uint8)],
    ],
    ids=str,
)
def test_what_is_no_picture_is_left_out(forged):
    assert replies.pictures(forged) == []
    good = np.zeros((800, 800, 3), np.uint8)
    if type(forged) is list:
        assert replies.pictures([good, *forged]) == [good]


class TestEncoding:
    def test_keeps_every_pixel(self):
        pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
        assert np.array_equal(np.asarray(opened(figures.png(pixels))), pixels)

    def test_halves_what_is_large(self):
        noise = np.random.default_rng(0).integers(0, 256, (800, 800, 3), np.uint8)
        text = figures.png(noise)
        assert len(base64.b64decode(text)) <= figures.MOST_BYTES
        assert opened(text).size == (100, 100)


def test_from_a_notebook_into_its_report_the_same_each_time(grade, rehearsal):
    notebook = rehearsal.solved()
    cell = next(c for c in notebook["cells"] if c["id"] == "mul-backward")
    cell["source"] += "\n\n" + PLOT
    first, second = grade(notebook), grade(json.dumps(notebook).encode())
    assert first.score == first.max_score
    assert opened(first.figures["mul-backward"][0]).size == (640, 480)
    assert list(first.figures) == ["mul-backward"]
    assert first.to_json() == second.to_json()
