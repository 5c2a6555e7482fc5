"""How a picture shows itself, what it takes and how it says numbers."""

import base64
import html
import struct
from html.parser import HTMLParser

import numpy as np
import pytest
from gradloom import Tensor, picture
from gradloom.picture import Picture, new_figure
from gradloom.scalar import Value
from matplotlib import pyplot, rcParams
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

ALT = 'Training loss "falls" from 3 to <1> & on'


@pytest.fixture
def shown():
    figure = new_figure(3, 2)
    figure.subplots().plot([1, 2])
    return Picture(figure, ALT)


class Alts(HTMLParser):
    """The `alt` of each image of a page."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs).get("alt"))


def size_of(png):
    return struct.unpack(">II", png[16:24])


def test_a_notebook_gets_an_element_with_alt_the_image_and_the_text(shown):
    data, metadata = shown._repr_mimebundle_(include=None, exclude=None)
    assert list(data) == ["text/html", "image/png", "text/plain"]
    assert f'alt="{html.escape(ALT)}"' in data["text/html"]
    assert data["image/png"] in data["text/html"]
    assert data["text/plain"] == repr(shown) == ALT
    assert size_of(base64.b64decode(data["image/png"])) == (600, 400)
    image = {"alt": ALT, "width": 300, "height": 200, "unconfined": False}
    assert metadata == {"image/png": image}


def test_a_wide_picture_is_scrolled():
    figure = new_figure(12, 1)
    data, metadata = Picture(figure, "wide")._repr_mimebundle_()
    assert 'width="1200" style="max-width: none"' in data["text/html"]
    assert metadata["image/png"]["unconfined"]


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
def test_an_exported_page_has_the_alt(shown, template):
    data, metadata = shown._repr_mimebundle_()
    output = new_output("execute_result", data, metadata=metadata, execution_count=1)
    notebook = new_notebook(cells=[new_code_cell("p", outputs=[output])])
    page, _ = HTMLExporter(template_name=template).from_notebook_node(notebook)
    assert Alts(page).found == [ALT]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_saved_files_hold_the_text(shown, tmp_path, suffix):
    path = tmp_path / f"loss.{suffix}"
    shown.save(path)
    assert b"Training loss" in path.read_bytes()
    shown.save(str(path))


def test_matplotlib_is_left_as_it_was(shown, tmp_path):
    before = dict(rcParams)
    shown._repr_mimebundle_()
    shown.save(tmp_path / "loss.png")
    assert dict(rcParams) == before
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("values", [[1, 2.5], (1, 2.5), np.array([1, 2.5]), Tensor([1, 2.5])])
def test_numbers_come_in_many_ways(values):
    numbers = picture.floats(values, "losses", 1)
    assert numbers.dtype == np.float64
    assert numbers.tolist() == [1, 2.5]


@pytest.mark.parametrize("values", [None, "a", [Tensor(1.0)], [Value(1.0)], [[1], [1, 2]]])
def test_what_is_no_number_is_refused_with_advice(values):
    with pytest.raises(TypeError, match=r"losses: pass numbers, .*item\(\).* Value"):
        picture.floats(values, "losses")


def test_a_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"losses: pass an array of 1 axes, not of shape \(1, 2\)"):
        picture.floats([[1, 2]], "losses", 1)
    with pytest.raises(ValueError, match="slopes: 3 numbers for 2 places"):
        picture.paired([1, 2, 3], np.ones(2), "slopes")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1], [0, 1]),
        ([True, False], [1, 0]),
        (np.array([[0.0], [1.0]]), [0, 1]),
        (Tensor([[0.0], [1.0]]), [0, 1]),
        (["cat", "dog"], ["cat", "dog"]),
    ],
)
def test_classes_come_in_many_ways(values, expected):
    assert picture.classes(values, 2, "labels").tolist() == expected


@pytest.mark.parametrize("values", [[0.5, 1], [np.nan, 1], [None, 1], [Value(0.0), Value(1.0)]])
def test_what_is_no_class_is_refused(values):
    with pytest.raises(ValueError, match="labels: pass whole numbers"):
        picture.classes(values, 2, "labels")


def test_scores_are_no_classes():
    with pytest.raises(ValueError, match=r"one class for each of 2, .* \(2, 3\).*argmax\(axis=1\)"):
        picture.classes(np.ones((2, 3)), 2, "labels")


def test_a_log_scale_has_a_place_for_zero_and_none_below():
    shown = picture.above_zero(np.array([0, 2, np.nan, np.inf]), "losses")
    np.testing.assert_array_equal(shown, [0.2, 2, np.nan, np.inf])
    assert picture.above_zero(np.zeros(1), "losses").tolist() == [1]
    assert picture.above_zero(np.array([1e-300, 1e300]), "losses").tolist() == [1e-200, 1e200]
    with pytest.raises(ValueError, match="losses below 0"):
        picture.above_zero(np.array([-1.0]), "losses")


def test_words():
    assert [picture.number(x) for x in (2.3051, 12, 1.3e-5, np.inf)] == [
        "2.31",
        "12",
        "1.3e-05",
        "inf",
    ]
    assert [picture.counted(n, "class", "classes") for n in (1, 2)] == ["1 class", "2 classes"]
    assert picture.counted(30, "epoch") == "30 epochs"
    assert picture.share(np.array([True, False, True])) == "66.7 %"
