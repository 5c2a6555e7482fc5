"""Every picture on ordinary and on awkward data: drawn without a warning, right in its words."""

import numpy as np
import pytest
from gradloom import Tensor, plots
from gradloom.scalar import Value
from matplotlib import pyplot

NAN, INF = np.nan, np.inf


def drawn(picture):
    """The words of a picture, which is drawn; warnings are errors."""
    data, _ = picture._repr_mimebundle_()
    assert len(data["image/png"]) > 1000
    assert pyplot.get_fignums() == []
    return picture.alt


def axes_of(picture):
    return picture.figure.axes[0]


def labels(picture):
    return [text.get_text() for text in picture.figure.legends[0].get_texts()]


class TestLossCurves:
    def test_says_where_it_starts_ends_and_is_lowest(self):
        train = np.geomspace(2.31, 0.04, 30)
        validation = [abs(epoch - 22) / 10 + 0.21 for epoch in range(1, 31)]
        assert drawn(plots.loss_curves(train, validation)) == (
            "Training loss falls from 2.31 to 0.04 over 30 epochs. "
            "Validation loss falls from 2.31 to 1.01 over 30 epochs, lowest 0.21 at epoch 22."
        )

    def test_runs_have_names(self):
        picture = plots.loss_curves({"SGD": [3, 2], "Adam": [1, 2]}, {"Adam": [4, 4]}, unit="step")
        assert drawn(picture) == (
            "SGD: training loss falls from 3 to 2 over 2 steps. "
            "Adam: training loss rises from 1 to 2 over 2 steps. "
            "Adam: validation loss stays at 4 over 2 steps, lowest 4 at step 1."
        )
        assert labels(picture)[:3] == ["SGD", "Adam", "Adam, validation"]
        assert axes_of(picture).get_xlabel() == "step"

    def test_lines_differ_without_colour(self):
        runs = {str(n): [3, 2, 1] for n in range(8)}
        lines = axes_of(plots.loss_curves(runs, {"0": [3, 3, 3]})).lines
        looks = [(line.get_marker(), line.get_linestyle()) for line in lines]
        assert len(set(looks)) == 10

    def test_points_stand_at_their_epochs(self):
        (line,) = axes_of(plots.loss_curves([3, 2, 1])).lines
        np.testing.assert_array_equal(line.get_xydata(), [[1, 3], [2, 2], [3, 1]])

    @pytest.mark.parametrize(("log", "scale"), [(True, "log"), (False, "linear")])
    def test_scale(self, log, scale):
        picture = plots.loss_curves([3, 2, 1], log=log)
        assert axes_of(picture).get_yscale() == scale
        assert ("log scale" in axes_of(picture).get_ylabel()) == log

    @pytest.mark.parametrize(
        ("losses", "words"),
        [
            ([0.5], "stays at 0.5 over 1 epoch."),
            ([0.0], "stays at 0 over 1 epoch."),
            ([1, 0, 0], "falls from 1 to 0 over 3 epochs."),
            ([NAN], "is not finite at 1 of 1 epoch, first at epoch 1."),
            ([INF, INF], "is not finite at 2 of 2 epochs, first at epoch 1."),
            (
                [1, 10, 1e9, INF, NAN],
                "rises from 1 to 1e+09 over 5 epochs, not finite at 2 of 5 epochs, "
                "first at epoch 4.",
            ),
            ([2.0, 2.0001], "stays at 2 over 2 epochs."),
            ([1e-300, 1e300], "rises from 1e-300 to 1e+300 over 2 epochs."),
        ],
    )
    @pytest.mark.parametrize("log", [True, False])
    def test_awkward_losses(self, losses, words, log):
        assert drawn(plots.loss_curves(losses, log=log)) == f"Training loss {words}"
        assert drawn(plots.loss_curves([], losses, log=log)).startswith("Validation loss ")
        assert drawn(plots.loss_curves(losses, losses, log=log))

    def test_what_is_not_finite_is_said_in_the_picture_too(self):
        title = axes_of(plots.loss_curves([1, NAN])).get_title()
        assert title == "training loss: not finite at 1 of 2 epochs, first at epoch 2"

    def test_negative_losses_need_the_linear_scale(self):
        with pytest.raises(ValueError, match="log=False"):
            plots.loss_curves([1, -1])
        assert drawn(plots.loss_curves([1, -1], log=False))

    def test_tensors_in_a_list_are_refused_with_advice(self):
        with pytest.raises(TypeError, match=r"item\(\)"):
            plots.loss_curves([Tensor(1.0), Tensor(2.0)])
        with pytest.raises(TypeError, match=r"data. of a Value"):
            plots.loss_curves([Value(1.0)])

    @pytest.mark.parametrize("empty", [[], {}, {"SGD": []}])
    def test_no_losses(self, empty):
        with pytest.raises(ValueError, match="train for an epoch first"):
            plots.loss_curves(empty, empty)


SQUARE = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])


def xor(points):
    return (points[:, 0] > 0.5) != (points[:, 1] > 0.5)


class TestDecisionBoundary:
    def test_says_how_many_points_are_right(self):
        picture = plots.decision_boundary(xor, SQUARE, [[0], [1], [1], [1]])
        assert drawn(picture) == (
            "Decision regions, first input from -0.1 to 1.1, second from -0.1 to 1.1; "
            "share of the area: class 0 50 %, class 1 50 %. "
            "3 of 4 points (75 %) lie in the region of their own class."
        )
        assert labels(picture) == ["class 0", "class 1"]

    def test_asks_once_for_the_grid_and_once_for_the_points(self):
        asked = []

        def predict(points):
            asked.append(points)
            return xor(points)

        plots.decision_boundary(predict, SQUARE, [0, 1, 1, 0], steps=30)
        assert [points.shape for points in asked] == [(900, 2), (4, 2)]

    def test_ten_classes(self):
        points = np.random.default_rng(0).uniform(0, 10, (50, 2))
        alt = drawn(plots.decision_boundary(lambda p: p[:, 0] // 1 % 10, points, [3] * 50))
        assert "class 9" in alt

    @pytest.mark.parametrize("points", [SQUARE[:1], SQUARE[:2], np.full((3, 2), 7)])
    def test_one_class_and_points_in_one_place(self, points):
        alt = drawn(plots.decision_boundary(lambda p: ["a"] * len(p), points, ["a"] * len(points)))
        assert "share of the area: class a 100 %." in alt
        assert f"{len(points)} of" in alt

    def test_classes_that_are_only_predicted_or_only_true(self):
        picture = plots.decision_boundary(lambda p: np.full(len(p), 2), SQUARE, [0, 1, 1, 0])
        assert "0 of 4 points (0 %)" in drawn(picture)

    @pytest.mark.parametrize("points", [np.ones((3, 3)), np.ones((0, 2)), [[NAN, 1.0]]])
    def test_points_that_are_none(self, points):
        with pytest.raises(ValueError, match="rows of two finite numbers"):
            plots.decision_boundary(xor, points, [0] * len(points))

    def test_probabilities_and_scores_are_refused_with_advice(self):
        with pytest.raises(ValueError, match=r"predict returns.*p > 0\.5"):
            plots.decision_boundary(lambda p: p[:, 0], SQUARE, [0, 1, 1, 0])
        with pytest.raises(ValueError, match=r"predict returns.*argmax"):
            plots.decision_boundary(lambda p: p, SQUARE, [0, 1, 1, 0])


class TestConfusionMatrix:
    def test_counts_are_written_into_the_cells(self):
        picture = plots.confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 1, 1, 2])
        assert drawn(picture) == (
            "Confusion matrix of 3 classes and 6 examples: 3 right (50 %); "
            "most often 2 was taken for 1, 2 times."
        )
        cells = [text.get_text() for text in axes_of(picture).texts]
        assert cells == ["1", "1", "0", "0", "1", "0", "0", "2", "1"]
        assert axes_of(picture).get_ylabel() == "true class"

    def test_numbers_are_readable_on_their_shade(self):
        axes = axes_of(plots.confusion_matrix([0, 0, 1], [0, 0, 0]))
        assert [text.get_color() for text in axes.texts] == ["white", "0.6", "white", "0.6"]

    def test_names_that_are_long(self):
        assert drawn(plots.confusion_matrix(["penguin"], ["albatross"])) == (
            "Confusion matrix of 2 classes and 1 example: 0 right (0 %); "
            "most often penguin was taken for albatross, 1 time."
        )

    def test_one_class(self):
        alt = drawn(plots.confusion_matrix(np.ones((3, 1)), [True] * 3))
        assert alt == "Confusion matrix of 1 class and 3 examples: 3 right (100 %)."

    def test_tensors(self):
        assert "2 right" in drawn(plots.confusion_matrix(Tensor([0, 1]), Tensor([0, 1])))

    def test_lengths_that_differ_and_nothing(self):
        with pytest.raises(ValueError, match="predicted classes: pass one class for each of 2"):
            plots.confusion_matrix([0, 1], [0])
        with pytest.raises(ValueError, match="at least one example"):
            plots.confusion_matrix([], [])


class TestGradientHistograms:
    def test_says_median_and_largest_and_what_is_odd(self):
        w = np.array([[0.0, 1e-3, -2e-3], [3e-3, 0, NAN]])
        picture = plots.gradient_histograms({"w": w, "b": Tensor([0.5])})
        assert drawn(picture) == (
            "Sizes of the entries of gradients. "
            "w (2, 3): median 0.002, largest 0.003, 33.3 % exactly 0, 1 not finite; "
            "b (1,): median 0.5, largest 0.5."
        )
        titles = [axes.get_title(loc="left") for axes in picture.figure.axes]
        assert titles == ["w (2, 3), 33.3 % exactly 0, 1 not finite", "b (1,)"]

    def test_bars_are_shares_of_all_entries(self):
        picture = plots.gradient_histograms({"w": [0.0, 1.0, 2.0, 4.0]})
        filled, outline = axes_of(picture).patches
        np.testing.assert_array_equal(filled.get_data().values, outline.get_data().values)
        assert sum(filled.get_data().values) == pytest.approx(75)

    @pytest.mark.parametrize(
        ("gradient", "words"),
        [
            (0.25, "(): median 0.25, largest 0.25"),
            (np.zeros(3), "(3,): none above 0, 100 % exactly 0"),
            ([NAN, INF], "(2,): none above 0, 2 not finite"),
            (np.zeros((0, 2)), "(0, 2): none above 0"),
            (np.full(5, 1e-300), "(5,): median 1e-300, largest 1e-300"),
            ([5e-324, 1e308], "(2,): median 5e+307, largest 1e+308"),
        ],
    )
    def test_awkward_gradients(self, gradient, words):
        assert drawn(plots.gradient_histograms({"w": gradient})).endswith(f" w {words}.")

    def test_no_gradient(self):
        with pytest.raises(TypeError, match="gradient of w: pass numbers"):
            plots.gradient_histograms({"w": None})
        with pytest.raises(ValueError, match="pass a dict"):
            plots.gradient_histograms({})


class TestStepSizeCurve:
    def test_marks_the_best_step(self):
        picture = plots.step_size_curve([1e-9, 1e-5, 1], {"central": [1e-3, 1e-10, 0.5]})
        assert drawn(picture) == (
            "Error against step size, from 1e-09 to 1. central: lowest 1e-10 at step 1e-05; "
            "0.001 at the smallest step, 0.5 at the largest."
        )
        assert labels(picture) == ["central", "lowest 1e-10 at step 1e-05"]
        star = axes_of(picture).lines[1]
        assert (star.get_marker(), star.get_xydata().tolist()) == ("*", [[1e-5, 1e-10]])
        assert axes_of(picture).get_xscale() == axes_of(picture).get_yscale() == "log"

    def test_order_of_the_steps_does_not_matter(self):
        alt = drawn(plots.step_size_curve([1, 1e-5, 1e-9], [0.5, 1e-10, 1e-3]))
        assert "0.001 at the smallest step, 0.5 at the largest" in alt

    @pytest.mark.parametrize(
        ("errors", "words"),
        [
            ([1, 0, 1], "lowest 0 at step 0.01"),
            ([0, 0, 0], "lowest 0 at step 0.001"),
            ([NAN, 2, INF], "lowest 2 at step 0.01; nan at the smallest step, inf at the largest"),
            ([NAN, NAN, INF], "no error is finite"),
        ],
    )
    def test_awkward_errors(self, errors, words):
        assert words in drawn(plots.step_size_curve([1e-3, 1e-2, 1e-1], errors))

    def test_one_step(self):
        assert "lowest 2 at step 1" in drawn(plots.step_size_curve([1], [2]))

    @pytest.mark.parametrize("steps", [[], [0, 1], [-1, 1], [NAN, 1]])
    def test_steps_that_are_none(self, steps):
        with pytest.raises(ValueError, match="above 0"):
            plots.step_size_curve(steps, [1] * len(steps))

    def test_errors_that_are_none(self):
        with pytest.raises(ValueError, match="errors below 0"):
            plots.step_size_curve([1, 2], [1, -1])
        with pytest.raises(ValueError, match="central: 1 numbers for 2 places"):
            plots.step_size_curve([1, 2], {"central": [1]})


class TestFunctionsWithSlopes:
    def test_says_the_ranges(self):
        x = np.linspace(-2, 2, 101)
        picture = plots.functions_with_slopes(x, {"square": (x**2, 2 * x)}, x_name="logit")
        assert drawn(picture) == (
            "Functions and their slopes for logit from -2 to 2. "
            "square: from 0 to 4, slope from -4 to 4."
        )
        assert labels(picture) == ["value", "slope"]
        value, slope, _ = axes_of(picture).lines
        assert (value.get_linestyle(), slope.get_linestyle()) == ("-", "--")

    def test_more_functions_than_fit_in_a_row(self):
        x = np.arange(3.0)
        picture = plots.functions_with_slopes(x, dict.fromkeys("abcd", (x, x)))
        assert drawn(picture)
        assert [axes.get_title() for axes in picture.figure.axes] == ["a", "b", "c", "d", "", ""]

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ([NAN, 1.0], "f: from 1 to 1, not finite at 1, slope"),
            ([NAN, INF], "f: nowhere finite, slope nowhere finite"),
        ],
    )
    def test_awkward_values(self, values, words):
        assert words in drawn(plots.functions_with_slopes([0, 1], {"f": (values, values)}))

    def test_one_place(self):
        assert drawn(plots.functions_with_slopes([1], {"f": ([1], Tensor([2.0]))}))

    def test_no_function(self):
        with pytest.raises(ValueError, match="pass a dict"):
            plots.functions_with_slopes([1], {})


def test_graphs_are_drawn_from_here_too():
    assert drawn(plots.draw_graph(Tensor([1.0], requires_grad=True) * 2))
