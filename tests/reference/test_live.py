"""Callbacks of a training: what a notebook shows, and what is left of it elsewhere."""

from types import SimpleNamespace

import nbformat.v4 as nb
import pytest
from gradloom import live
from gradloom.training import History
from nbclient import NotebookClient


class Screen:
    """A notebook's displays: a list, in which an update replaces."""

    def __init__(self):
        self.displays = []
        self.updates = 0

    def display(self, thing, display_id):
        assert display_id is True
        place = len(self.displays)
        self.displays.append(thing)
        return SimpleNamespace(update=lambda thing: self.replace(place, thing))

    def replace(self, place, thing):
        self.updates += 1
        self.displays[place] = thing


@pytest.fixture
def screen(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(live, "_display", screen)
    monkeypatch.setattr(live, "_in_notebook", lambda: True)
    return screen


def train(callback, losses, epochs=None, validation=(), stopped=""):
    history = History(epochs or len(losses))
    for i, loss in enumerate(losses):
        history.train_losses.append(loss)
        history.validation_losses.extend(validation[i : i + 1])
        if i + 1 == len(losses):
            history.stopped = stopped or "all epochs are done"
        callback(history)


def test_curves_are_drawn_anew_in_one_display(screen, monkeypatch):
    monkeypatch.setattr(live, "_REDRAW_SECONDS", 0)
    train(live.LossCurves(), [3, 2, 1], validation=[3, 2.5, 2])
    (picture,) = screen.displays
    assert screen.updates == 2
    assert "Training loss falls from 3 to 1 over 3 epochs" in picture.alt


def test_curves_are_not_drawn_more_often_than_is_seen_but_at_the_end(screen, monkeypatch):
    monkeypatch.setattr(live, "_REDRAW_SECONDS", 1e9)
    train(live.LossCurves(), [1 / n for n in range(1, 501)])
    assert screen.updates == 1
    assert "over 500 epochs" in screen.displays[0].alt


def test_a_second_training_gets_a_display_of_its_own(screen):
    curves = live.LossCurves()
    train(curves, [3, 2])
    train(curves, [5, 4])
    assert ["from 3" in picture.alt for picture in screen.displays] == [True, False]


@pytest.mark.parametrize("losses", [[1, -1], [0.0, 0.0], [float("nan")], [1, float("inf")]])
def test_no_loss_stops_a_training(screen, losses):
    train(live.LossCurves(), losses)
    screen.displays[0]._repr_mimebundle_()


def test_outside_a_notebook_curves_are_not_drawn(capsys):
    train(live.LossCurves(), [3, 2, 1])
    assert capsys.readouterr().out == ""


def test_outside_a_notebook_a_bar_prints_ten_lines_at_most(capsys):
    train(live.ProgressBar(), [1 / n for n in range(1, 1001)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[0] == "epoch 100 of 1000: training loss 0.01"
    assert lines[-1] == "epoch 1000 of 1000: training loss 0.001"


def test_a_bar_says_why_it_ends_early(capsys):
    train(live.ProgressBar(), [1.0, 1.0], epochs=100, stopped="no lower loss")
    assert capsys.readouterr().out == "stopped after epoch 2 of 100: no lower loss\n"


CELL = """
import gradloom.live
from gradloom.training import History
live._REDRAW_SECONDS = 0
history, curves, bar = History(3), live.LossCurves(), live.ProgressBar()
for loss in (3, 2, 1):
    history.train_losses.append(loss)
    curves(history)
    bar(history)
"""


@pytest.fixture(scope="module")
def executed():
    """The outputs of four cells, run in a kernel as JupyterLab has it."""
    cells = [
        "from gradloom import live, plots",
        "picture = plots.loss_curves([3, 2, 1])\npicture",
        CELL,
        "import matplotlib.pyplot as plt\nprint(plt.get_fignums())\ndisplay(picture)",
    ]
    notebook = nb.new_notebook(cells=[nb.new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def test_a_kernel_shows_a_picture_once(executed):
    _, (shown,), _, (printed, displayed) = executed
    assert shown.metadata["image/png"]["alt"] == "Training loss falls from 3 to 1 over 3 epochs."
    assert displayed.metadata == shown.metadata
    assert printed.text == "[]\n"


def test_a_kernel_holds_one_curve_and_one_bar(executed):
    curve, bar = executed[2]
    assert curve.data["text/plain"] == "Training loss falls from 3 to 1 over 3 epochs."
    assert bar.data["text/plain"].endswith("3/3")
    assert "value='3'" in bar.data["text/html"]
