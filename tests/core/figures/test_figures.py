"""Figures from results made by hand: traces, labels, and the empty case."""

import numpy as np
import plotly.graph_objects as go
import pytest

from mnist_core.evaluation import (
    ConfusionMatrix,
    Overfitting,
    answer_when_sure,
    precision_recall_curve,
    reliability,
    roc_curve,
)
from mnist_core.figures.bars import bars_height, class_count_alt, class_count_figure, probability_alt
from mnist_core.figures.curves import MOST_BATCH_POINTS, curve_alt, curve_figure
from mnist_core.figures.evaluation import (
    confidence_alt,
    confidence_figure,
    ranking_alt,
    ranking_figure,
    reliability_alt,
    reliability_figure,
    sure_alt,
    sure_figure,
)
from mnist_core.figures.matrix import Unit, confusion_alt, confusion_figure, difference_alt, difference_figure
from mnist_core.figures.scale import Metric, Scales
from mnist_core.figures.theme import DARK, LIGHT, Theme, color_at, contrast, ink_on, theme
from mnist_core.store import MetricPoint
from mnist_core.text import Translator

T = Translator("en")
NAMES = ("zero", "one", "two")


def point(kind: str, step: int, epoch: int, **values: float) -> MetricPoint:
    return MetricPoint(kind=kind, step=step, epoch=epoch, seconds=float(step), values=values)


def curve(points: list[MetricPoint], metric: str = "loss") -> dict:
    figure = curve_figure(points, metric, rounds=4, steps_per_round=10, round_name="epoch", theme=LIGHT, t=T)
    go.Figure(figure)  # plotly accepts it
    return figure


def test_curves_have_batch_training_and_validation_lines() -> None:
    figure = curve([point("batch", 5, 1, loss=2.0), point("epoch", 10, 1, loss=1.0, val_loss=1.5)])
    lines = {trace["name"]: (trace["x"], trace["y"]) for trace in figure["data"]}
    assert lines == {
        "within the epoch": ([0.5, 1.0, None], [2.0, 1.0, None]),  # towards the value after the epoch
        "training": ([1.0], [1.0]),
        "validation": ([1.0], [1.5]),
    }


def test_accuracy_is_shown_in_per_cent() -> None:
    figure = curve([point("epoch", 10, 1, accuracy=0.97)], "accuracy")
    assert figure["data"][0]["y"] == [97.0]
    assert "%" in figure["layout"]["yaxis"]["title"]["text"]


def test_a_curve_without_points_is_an_empty_figure_with_a_quiet_axis() -> None:
    figure = curve([], "accuracy")
    assert figure["data"] == []
    assert figure["layout"]["yaxis"]["range"] == [0, 100.0]
    assert "no epoch is finished" in curve_alt([], "accuracy", T)


def test_the_axis_spans_all_epochs_from_the_start_so_that_nothing_jumps() -> None:
    early, late = curve([]), curve([point("epoch", 10, 1, loss=1.0)])
    assert early["layout"]["xaxis"]["range"] == late["layout"]["xaxis"]["range"]


def test_many_batch_points_are_thinned_out() -> None:
    points = [point("batch", step, 1, loss=1.0) for step in range(20 * MOST_BATCH_POINTS)]
    assert len(curve(points)["data"][0]["x"]) <= 2 * MOST_BATCH_POINTS


def test_a_single_batch_within_an_epoch_is_seen() -> None:
    (trace,) = curve([point("batch", 5, 1, loss=2.0)])["data"]
    assert "markers" in trace["mode"]


def test_training_validation_and_test_differ_in_shape_too() -> None:
    points = [point("epoch", 10 * e, e, loss=1 / e, val_loss=1.1 / e) for e in (1, 2)]
    figure = curve_figure(
        points, "loss", rounds=4, steps_per_round=10, round_name="epoch", test=(2.0, 0.6), theme=LIGHT, t=T
    )
    go.Figure(figure)
    training, validation, test = figure["data"]
    assert (test["name"], test["x"], test["y"]) == ("test", [2.0], [0.6])
    assert len({trace["marker"]["symbol"] for trace in (training, validation, test)}) == 3
    assert training["line"]["dash"] != validation["line"]["dash"]


# what the upright axis shows

EPOCHS = [point("epoch", 10 * e, e, loss=0.4 / e, val_loss=0.5 / e, accuracy=1 - 0.08 / e) for e in (1, 2, 4)]
FIRST = [point("batch", 1, 1, loss=2.5, accuracy=0.0), point("batch", 5, 1, loss=1.5, accuracy=0.5)]


def limits(points: list[MetricPoint], metric: Metric = "loss", **scales: bool) -> tuple[float, float]:
    figure = curve_figure(
        points,
        metric,
        rounds=4,
        steps_per_round=10,
        round_name="epoch",
        scales=Scales(**scales),
        theme=LIGHT,
        t=T,
    )
    go.Figure(figure)
    axis = figure["layout"]["yaxis"]
    assert "range" not in axis  # a range that changes would end a visitor's zoom
    options = axis["autorangeoptions"]
    return options["clipmin"], options["clipmax"]


def test_the_axis_fits_what_is_known_after_epochs_whatever_a_single_batch_gave() -> None:
    low, high = limits(FIRST + EPOCHS)
    assert 0 <= low < 0.1
    assert 0.5 < high < 0.6
    low, high = limits(FIRST + EPOCHS, "accuracy")
    assert 91 < low < 92
    assert 98 < high <= 100.5
    assert limits(FIRST + EPOCHS) == limits(EPOCHS)


def test_before_there_is_a_course_of_epochs_the_axis_fits_all_batches_but_the_first() -> None:
    low, high = limits([*FIRST, point("batch", 9, 1, loss=1.0)])
    assert low < 1.0
    assert 1.5 < high < 1.6
    assert limits([*FIRST, point("epoch", 10, 1, loss=0.9)]) != limits(FIRST)


def test_an_axis_does_not_make_much_of_nothing() -> None:
    flat = [point("epoch", 10 * e, e, loss=2.3 + 1e-4 / e, accuracy=0.11 + 1e-4 / e) for e in (1, 2)]
    for log_loss in (False, True):
        low, high = limits(flat, log_loss=log_loss)
        assert high / low > 1.08
    low, high = limits(flat, "accuracy")
    assert high - low >= 2


def test_a_logarithmic_axis_has_room_for_all_epochs_and_none_for_zero() -> None:
    low, high = limits(EPOCHS, log_loss=True)
    assert 0 < low < 0.1
    assert high > 0.5
    assert limits([*EPOCHS, point("epoch", 50, 5, loss=0.0)], log_loss=True)[0] > 0
    empty = curve_figure(
        [], "loss", rounds=4, steps_per_round=10, round_name="", scales=Scales(log_loss=True), theme=LIGHT, t=T
    )
    assert empty["layout"]["yaxis"]["type"] == "log"


def test_accuracy_begins_at_90_percent_where_an_epoch_reaches_that() -> None:
    low, high = limits(FIRST + EPOCHS, "accuracy", close=True)
    assert low == 90
    assert 100 < high < 101
    weak = [point("epoch", 10 * e, e, accuracy=0.2 * e) for e in (1, 2)]
    assert limits(weak, "accuracy", close=True) == limits(weak, "accuracy")


def test_the_curve_in_words_names_first_last_and_validation() -> None:
    points = [point("epoch", 10, 1, loss=1.0, val_loss=1.1), point("epoch", 20, 2, loss=0.5, val_loss=0.75)]
    assert curve_alt(points, "loss", T) == (
        "Curve of the loss over 2 epochs: training from 1.000 to 0.500. Validation ends at 0.750."
    )


def test_folds_are_points_without_a_line() -> None:
    points = [point("epoch", fold, fold, loss=1.0, val_loss=0.1 * fold) for fold in (1, 2, 3)]
    figure = curve_figure(
        points, "loss", rounds=3, steps_per_round=1, round_name="fold", joined=False, theme=LIGHT, t=T
    )
    assert [trace["mode"] for trace in figure["data"]] == ["markers", "markers"]
    assert curve_alt(points, "loss", T, joined=False) == (
        "Points of the loss of 3 folds: validation from 0.100 to 0.300."
    )


def test_the_best_epoch_and_the_parting_of_the_curves_are_marked() -> None:
    points = [point("epoch", 10 * e, e, loss=1 / e, val_loss=abs(e - 2) + 1.0) for e in (1, 2, 3, 4)]
    judged = Overfitting(best_epoch=2, opens_at=3, last_epoch=4, best_loss=1.0, last_loss=3.0)
    figure = curve_figure(
        points, "loss", rounds=4, steps_per_round=10, round_name="epoch", judged=judged, theme=LIGHT, t=T
    )
    go.Figure(figure)
    line, area = figure["layout"]["shapes"]
    assert (line["x0"], line["x1"]) == (2, 2)
    assert (area["x0"], area["x1"]) == (2, 4)
    assert figure["layout"]["annotations"][0]["text"] == "best epoch: 2"


MATRIX = ConfusionMatrix(np.array([[8, 2, 0], [0, 5, 0], [1, 0, 0]]))


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_each_cell_of_the_matrix_can_be_clicked_and_names_its_classes(look: Theme) -> None:
    figure = confusion_figure(MATRIX, NAMES, unit="counts", theme=look, t=T)
    overlay = figure.data[1]
    clicked = {(overlay.y[i], overlay.x[i]): tuple(overlay.customdata[i]) for i in range(9)}
    assert clicked[("zero", "one")] == (0, 1, 2)
    assert clicked[("two", "zero")] == (2, 0, 1)
    assert figure.layout.xaxis.fixedrange


def test_matrix_cells_show_counts_or_per_cent_of_the_row_or_column() -> None:
    counts = confusion_figure(MATRIX, NAMES, unit="counts", theme=LIGHT, t=T).data[0].text
    rows = confusion_figure(MATRIX, NAMES, unit="row", theme=LIGHT, t=T).data[0].text
    columns = confusion_figure(MATRIX, NAMES, unit="column", theme=LIGHT, t=T).data[0].text
    assert list(counts[0][:2]) == ["8", "2"]
    assert list(rows[0][:2]) == ["80.0", "20.0"]
    assert list(columns[0][:2]) == ["88.9", "28.6"]
    assert counts[0][2] == ""


@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.parametrize("unit", ["counts", "row", "column"])
def test_every_number_in_a_matrix_reads_well_on_its_cell(look: Theme, unit: Unit) -> None:
    counts = np.arange(100).reshape(10, 10) ** 2
    matrix = ConfusionMatrix(counts)
    names = tuple("abcdefghij")
    for figure, colors in (
        (confusion_figure(matrix, names, unit=unit, theme=look, t=T), look.scale),
        (difference_figure(matrix, ConfusionMatrix(counts.T.copy()), names, theme=look, t=T), look.diverging),
    ):
        heat = figure.data[0]
        words = {(word.y, word.x): word for word in figure.layout.annotations}
        assert words.keys() == {place for place, text in np.ndenumerate(np.array(heat.text)) if text}
        for place, word in words.items():
            ground = color_at(colors, (heat.z[place] - heat.zmin) / (heat.zmax - heat.zmin))
            assert contrast(word.font.color, ground) >= 4.5


def test_black_or_white_reads_well_on_any_colour() -> None:
    assert contrast("#000000", "#FFFFFF") == 21
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)  # WCAG's own example
    greys = [f"#{value:02X}{value:02X}{value:02X}" for value in range(256)]
    assert min(contrast(ink_on(grey), grey) for grey in greys) >= 4.5


def test_a_colour_of_a_scale_is_mixed_from_its_neighbours() -> None:
    colors = ("#000000", "#FFFFFF", "#FF0000")
    assert [color_at(colors, share) for share in (0, 0.25, 0.5, 1, 7)] == [
        "#000000",
        "#808080",
        "#FFFFFF",
        "#FF0000",
        "#FF0000",
    ]


def test_the_matrix_in_words_names_the_most_frequent_mistake() -> None:
    assert confusion_alt(MATRIX, NAMES, T) == (
        "Confusion matrix: 13 of 16 images are right. The most frequent mistake: zero taken for one, 2 times."
    )
    right = ConfusionMatrix(np.diag([1, 2, 3]))
    assert confusion_alt(right, NAMES, T) == "Confusion matrix: 6 of 6 images are right."


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_a_difference_is_good_on_the_diagonal_and_bad_beside_it(look: Theme) -> None:
    other = ConfusionMatrix(np.array([[6, 4, 0], [1, 4, 0], [1, 0, 0]]))
    figure = difference_figure(MATRIX, other, NAMES, theme=look, t=T)
    assert [list(row) for row in figure.data[0].text] == [["+2", "-2", ""], ["-1", "+1", ""], ["", "", ""]]
    z = np.array(figure.data[0].z)
    assert (z[:2, :2] > 0).all(), "more right answers and fewer mistakes are both good"
    assert figure.data[0].zmin == -figure.data[0].zmax
    assert figure.data[1].text[1] == "2 − 4 = -2 images"
    assert difference_alt(MATRIX, other, T) == (
        "Difference of two confusion matrices: the first run is right about 13 images, the second about 10."
    )


def test_equal_matrices_have_a_difference_without_words_or_colours() -> None:
    figure = difference_figure(MATRIX, MATRIX, NAMES, theme=LIGHT, t=T)
    assert not np.array(figure.data[0].z).any()
    assert figure.data[0].zmax == 1.0


def test_an_empty_matrix_is_a_valid_figure() -> None:
    figure = confusion_figure(ConfusionMatrix(np.zeros((3, 3), int)), NAMES, unit="column", theme=LIGHT, t=T)
    assert np.isfinite(np.array(figure.data[0].z, float)).all()


def test_class_counts_have_one_bar_group_for_each_split_with_images() -> None:
    counts = {"train": np.array([3, 4, 5]), "validation": np.zeros(3, int), "test": np.array([1, 1, 1])}
    figure = class_count_figure(counts, NAMES, theme=LIGHT, t=T)
    assert [bar.name for bar in figure.data] == ["training", "test"]
    assert class_count_alt(counts, T) == "Bars: between 3 and 5 training images per class."


def test_the_bars_name_the_most_probable_class_in_words() -> None:
    assert probability_alt(np.array([0.1, 0.7, 0.2]), NAMES, T) == "Bars: the most probable class is one with 70.0%."
    assert probability_alt(np.array([0.0, 1.0, 0.0]), NAMES, T).endswith("99.9%.")
    assert "3 classes, all empty: there is nothing to classify" in probability_alt(None, NAMES, T)


def test_bars_of_many_classes_have_room_for_their_names() -> None:
    assert bars_height(10) == 360
    assert bars_height(26) > 26 * 20


def test_only_dark_is_dark() -> None:
    assert theme("dark") is DARK
    assert theme("light") is theme(None) is LIGHT


def test_ranking_curves_show_the_corner_where_they_differ() -> None:
    labels = np.repeat([0, 1, 2], 200)
    table = 0.2 * np.random.default_rng(0).random((600, 3)) + np.eye(3)[labels]
    curves = {label: roc_curve(table, labels, label) for label in range(3)}
    figure = ranking_figure(curves, NAMES, "roc", theme=LIGHT, t=T)
    assert [line.name for line in figure.data] == list(NAMES)
    assert figure.layout.xaxis.range[1] == 0.02
    assert ranking_alt(curves, NAMES, "roc", T) == "ROC curves: the least area, 1.0000, has the class zero."


@pytest.mark.parametrize("kind", ["roc", "precision_recall"])
def test_ranking_curves_of_a_guesser_and_of_no_class_are_valid_figures(kind: str) -> None:
    labels = np.arange(300) % 3
    table = np.random.default_rng(0).random((300, 3))
    curve_of = roc_curve if kind == "roc" else precision_recall_curve
    curves = {0: curve_of(table, labels, 0), 1: curve_of(table, np.zeros(300, int), 1)}
    figure = ranking_figure(curves, NAMES, kind, theme=DARK, t=T)
    low, high = figure.layout.yaxis.range
    assert low < high
    assert "the class zero" in ranking_alt(curves, NAMES, kind, T)
    assert len(ranking_figure({}, NAMES, kind, theme=DARK, t=T).data) == 0
    assert "no class has images" in ranking_alt({}, NAMES, kind, T)


def test_a_long_curve_is_thinned_out_and_keeps_its_ends() -> None:
    labels = np.random.default_rng(0).integers(0, 3, 5000)
    curve = roc_curve(np.random.default_rng(1).random((5000, 3)), labels, 0)
    line = ranking_figure({0: curve}, NAMES, "roc", theme=LIGHT, t=T).data[0]
    assert len(line.x) <= 302
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)


def test_confidence_is_shown_right_and_wrong_and_against_accuracy() -> None:
    result = reliability(np.array([[0.95, 0.05, 0], [0.97, 0.02, 0.01], [0.5, 0.3, 0.2]]), np.array([0, 1, 0]))
    right, wrong = confidence_figure(result, theme=LIGHT, t=T).data
    assert (right.y[-1], wrong.y[-1], right.y[4]) == (1, 1, 1)
    assert "2 were made with a confidence above 90 per cent, 1 of those wrong" in confidence_alt(result, T)
    dots = reliability_figure(result, theme=LIGHT, t=T).data[1]
    np.testing.assert_allclose(dots.x, [0.5, 0.96])
    np.testing.assert_allclose(dots.y, [1.0, 0.5])
    assert "are 47.3% apart" in reliability_alt(result, T)


def test_the_chosen_threshold_is_marked() -> None:
    result = answer_when_sure(np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([0, 1]), np.linspace(0, 1, 11))
    figure = sure_figure(result, 0.7, theme=LIGHT, t=T)
    assert figure.layout.shapes[0].x0 == 0.7
    assert "from 70% confidence on, it answers 50.0% of the images" in sure_alt(result, 0.7, T)
