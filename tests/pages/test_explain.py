"""The page Explain: what a visitor sees of a network's inside, in each state it can be in."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.analysis.explain import find_worst_case, measure_sensitivity, remove_pixels
from mnist_core.config import DataConfig, LogisticConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.drawing import prepare_strokes, write_canvas
from mnist_core.inference import open_classifier, open_layers
from mnist_core.models.network_files import read_network
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import RunRecord, Store
from pages._ui.cache import explanations
from tests.network_files import CONFIG, write_network
from tests.pages.charts import choose_unit, picture_of
from tests.pages.explain_tabs import open_tab
from tests.pages.test_pages import drawn, read_drawn, words

OpenPage = Callable[..., AppTest]


@pytest.fixture
def network(store: Store, finished_run: Callable[..., RunRecord], digits: Dataset) -> RunRecord:
    """Return a run of a small convolution with all its files; its probabilities are the network's own."""
    run = finished_run(CONFIG)
    files = store.files(run.id)
    layers = write_network(files, seed=3, images=digits.x_test)
    files.write_probabilities({"test": layers(digits.x_test)[-1]})
    return run


def tables(app: AppTest) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


def test_the_chosen_image_is_shown_with_answer_and_label(
    open_page: OpenPage, network: RunRecord, digits: Dataset, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._ui.reading.networks.least_sureness", lambda record: 2.0)
    app = open_page("explain.py", run=network.id, image="7")
    row = store.files(network.id).read_probabilities()["test"][7]
    first, second = np.argsort(-row, kind="stable")[:2]
    assert f"Answer: **{first} or {second}?**" in words(app)
    assert f"Not sure: {first} (" in words(app)
    assert f"Label: **{digits.y_test[7]}**" in words(app)
    assert "7" in app.query_params["image"]
    assert not app.error


@pytest.mark.parametrize("image", ["", "-1", "abc", "<script>", "7" * 5000, "²", "1\n"])
def test_a_link_to_an_image_that_does_not_exist_shows_the_first_one(
    image: str, open_page: OpenPage, network: RunRecord
) -> None:
    app = open_page("explain.py", run=network.id, image=image)
    assert app.number_input(key="explain_index").value == 0
    assert not app.error


def test_a_link_beyond_the_last_image_shows_the_last_one(open_page: OpenPage, network: RunRecord) -> None:
    assert open_page("explain.py", run=network.id, image="99999").number_input(key="explain_index").value == 296


def test_mistakes_are_listed_surest_first_and_compared_with_the_right_class(
    open_page: OpenPage, network: RunRecord, digits: Dataset, store: Store
) -> None:
    app = open_page("explain.py", run=network.id)
    app.segmented_control(key="explain_source").set_value("mistake").run()
    box = app.selectbox(key=f"explain_mistake_{network.id}")
    table = store.files(network.id).read_probabilities()["test"]
    index = int(box.value)
    assert table[index].argmax() != digits.y_test[index]
    assert table[index].max() == table[table.argmax(axis=1) != digits.y_test].max()
    why, other = (box for box in app.selectbox if box.label in ("Why …", "… and not"))
    assert (why.value, other.value) == (table[index].argmax(), digits.y_test[index])


def test_maps_that_take_long_are_made_after_a_click(
    open_page: OpenPage, network: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_core.analysis.explain.expected_seconds", lambda config: 42.4)
    app = open_page("explain.py", run=network.id)
    assert any("about 42 seconds" in info.value for info in app.info)
    assert "Cover it up" not in words(app)
    open_tab(app, "Inside").button(key="explain_inside_anyway").click().run()
    assert "What does a unit like?" in words(app)
    assert "Cover it up" in words(open_tab(app, "What it looked at"))


def test_a_random_image_is_one_click_away(open_page: OpenPage, network: RunRecord, monkeypatch) -> None:
    monkeypatch.setattr("pages._ui.explain.choice.random.randrange", lambda n: n - 1)
    app = open_page("explain.py", run=network.id)
    next(button for button in app.button if button.label == "Random one").click().run()
    assert app.number_input(key="explain_index").value == 296
    assert "296" in app.query_params["image"]


def test_a_drawing_is_explained_too(open_page: OpenPage, network: RunRecord) -> None:
    app = open_page("explain.py", run=network.id)
    app.segmented_control(key="explain_source").set_value("drawing").run()
    assert "Draw something" in words(app)
    app.session_state["canvas_digits_0"] = drawn()
    app.run()
    assert "Cover it up" in words(app)
    assert "Label:" not in words(app)
    assert not app.error


def test_a_link_leads_to_the_drawing(open_page: OpenPage, network: RunRecord) -> None:
    app = open_page("explain.py", run=network.id, image="drawing")
    assert app.segmented_control(key="explain_source").value == "drawing"
    assert "Draw something" in words(app)
    app.segmented_control(key="explain_source").set_value("test").run()
    assert "0" in app.query_params["image"]
    app.query_params["image"] = "drawing"  # the same link once more
    app.run()
    assert app.segmented_control(key="explain_source").value == "drawing"


def test_of_several_digits_one_is_chosen_and_explained(
    open_page: OpenPage, network: RunRecord, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._ui.reading.networks.least_sureness", lambda record: 0.0)
    explained: list[bytes] = []
    occlusion = explanations.occlusion
    monkeypatch.setattr(
        explanations,
        "occlusion",
        lambda run, image, *more: (explained.append(image.tobytes()), occlusion(run, image, *more))[1],
    )
    strokes = [[40.0, 60.0], [40.0, 200.0]], [[140.0, 60.0], [200.0, 60.0], [160.0, 200.0]]
    images = [prepare_strokes([line]).image for line in read_drawn(*strokes).strokes]
    left, right = open_classifier(store.files(network.id)).predict(np.stack(images)).argmax(axis=1)
    app = open_page("explain.py", run=network.id)
    app.segmented_control(key="explain_source").set_value("drawing").run()
    app.session_state["canvas_digits_0"] = drawn(*strokes)
    app.run()
    assert f"<strong>{left}{right}</strong>" in words(app)
    assert f"Answer: **{left}**" in words(app)
    assert explained[-1] == images[0].tobytes()
    app.segmented_control(key="explain_part_2").set_value(1).run()
    assert f"<strong>{left}{right}</strong>" in words(app)
    assert f"Answer: **{right}**" in words(app)
    assert explained[-1] == images[1].tobytes()
    assert not app.error


def test_a_drawing_that_is_all_erased_is_nothing_to_explain(open_page: OpenPage, shipped: list[str]) -> None:
    app = open_page("explain.py", run=SHIPPED["fashion"].run_id)
    line = [np.array([[40.0, 40.0], [140.0, 240.0]])]
    app.session_state["canvas_clothes_0"] = {"drawing": {"raw": write_canvas(line, 18, [0]), "data": None}}
    app.run()
    assert not app.error
    assert "Draw something" in words(app)


def test_the_words_under_the_maps_are_those_of_the_core(
    open_page: OpenPage, network: RunRecord, digits: Dataset, store: Store
) -> None:
    app = open_page("explain.py", run=network.id, image="4")
    predict, image = open_classifier(store.files(network.id)).predict, np.asarray(digits.x_test[4])
    first, second = np.argsort(-predict(image[None])[0])[:2]
    if first != digits.y_test[4]:
        second = digits.y_test[4]
    removal = remove_pixels(predict, image, int(first), int(second))
    assert f"Without the {removal.needed} pixels that matter most, {second} becomes more probable" in words(app)
    case = find_worst_case(predict, image, measure_sensitivity(predict, image).log_probability)
    assert case.first is not None
    answer = case.probabilities[case.first].argmax()
    assert f"A change of {case.epsilons[case.first]} of 255" in words(app)
    assert f"enough for the answer {answer}." in words(app)


def test_other_classes_can_be_compared(open_page: OpenPage, network: RunRecord) -> None:
    app = open_page("explain.py", run=network.id, image="4")
    why = next(box for box in app.selectbox if box.label == "Why …")
    why.set_value(int(why.options[3])).run()
    other = next(box for box in app.selectbox if box.label == "… and not")
    assert why.options[3] not in other.options
    assert f"**Why {why.options[3]} and not {other.options[0]}**" in words(app)


def test_layers_show_their_maps_bars_and_favourites(open_page: OpenPage, network: RunRecord, digits: Dataset) -> None:
    app = open_tab(open_page("explain.py", run=network.id, image="4"), "Inside")
    assert "Its 3 maps of 26 × 26 numbers" in words(app)
    assert "The 12 of 297 test images" in words(app)
    app.selectbox(key=f"explain_layer_{network.id}").set_value(3).run()
    assert "What its 10 units say" in words(app)
    assert "Cover it up" not in words(app), "only what is open is made"
    open_tab(app, "Weights")
    assert open_tab(app, "Inside").selectbox(key=f"explain_layer_{network.id}").value == 3
    assert not app.error


def test_the_sum_of_the_unit_that_is_chosen_has_its_real_numbers(
    open_page: OpenPage, network: RunRecord, digits: Dataset, store: Store
) -> None:
    app = open_tab(open_page("explain.py", run=network.id, image="4"), "Inside")
    key = f"explain_network_{network.id}"
    assert [block["name"] for block in picture_of(app)["blocks"]][1:] == ["Reshape", "Conv2D", "Flatten", "Dense"]
    assert choose_unit(app, key, [4, 7]).selectbox(key=f"explain_layer_{network.id}").value == 3
    assert app.number_input(key=f"explain_unit_{network.id}_3").value == 7
    weights = read_network(store.files(network.id), CONFIG.model, 10)
    flat = open_layers(store.files(network.id)).activations(np.asarray(digits.x_test[4]))[2]
    total = flat @ weights["03_Dense/kernel"][:, 7] + weights["03_Dense/bias"][7]
    assert "How answer 7 of Dense comes to what it says" in words(app)
    assert f"= {total:.2f} → Softmax → " in words(app)
    app.number_input(key="explain_index").set_value(5).run()  # the same unit, for another image
    assert app.number_input(key=f"explain_unit_{network.id}_3").value == 7
    assert not app.error


@pytest.mark.parametrize("sent", [[4, 99], [3, 0], [0, 0], [-1, 0], ["4", 1], 5, None, [1], [True, 1], [10**9, 0]])
def test_what_is_no_unit_of_the_picture_is_not_chosen(sent: object, open_page: OpenPage, network: RunRecord) -> None:
    app = open_tab(open_page("explain.py", run=network.id, image="4"), "Inside")
    layer = app.selectbox(key=f"explain_layer_{network.id}").value
    choose_unit(app, f"explain_network_{network.id}", sent)
    assert not app.exception
    assert app.selectbox(key=f"explain_layer_{network.id}").value == layer


def test_a_unit_that_stays_at_nothing_is_told(
    open_page: OpenPage, network: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pages._ui.cache.explanations.strongest", lambda _: [np.zeros((297, units)) for units in (1, 3, 2028, 10)]
    )
    app = open_tab(open_page("explain.py", run=network.id), "Inside")
    assert any("stays at 0 for all of the 297 images" in info.value for info in app.info)


def test_a_finished_run_has_an_image_on_its_way_on_train_too(
    open_page: OpenPage, network: RunRecord, finished_run: Callable[..., RunRecord], store: Store, digits: Dataset
) -> None:
    app = open_page("train.py", run=network.id)
    answer = open_layers(store.files(network.id)).activations(np.asarray(digits.x_test[0]))[-1]
    says = picture_of(app)["blocks"][-1]["says"]
    assert says[str(answer.argmax())] == f"{answer.argmax()}: {min(answer.max(), 0.999):.1%}"
    older = finished_run(CONFIG)  # without the graph of its layers: the network alone
    app = open_page("train.py", run=older.id)
    assert picture_of(app)["blocks"][-1]["says"] == {}
    assert not app.error


def test_weights_and_map_are_shown(open_page: OpenPage, network: RunRecord) -> None:
    app = open_tab(open_page("explain.py", run=network.id), "Weights")
    assert "filter 2" in words(app)
    assert tables(app)
    open_tab(app, "Map")
    assert "Before training" in words(app)
    assert "nearest neighbour of their own class" in words(app)
    assert tables(app)


def test_a_run_of_an_older_version_still_shows_what_it_looked_at(
    open_page: OpenPage, finished_run: Callable[..., RunRecord]
) -> None:
    app = open_page("explain.py", run=finished_run().id)
    assert "Cover it up" in words(app)
    for tab in ("Inside", "Weights", "Map"):
        assert [info.value for info in open_tab(app, tab).info if "older version" in info.value]
    assert not app.error


def test_damaged_files_are_explained(open_page: OpenPage, network: RunRecord, store: Store) -> None:
    store.files(network.id).layers.write_bytes(b"nonsense")
    store.files(network.id).parts.write_bytes(b"nonsense")
    app = open_page("explain.py", run=network.id)
    assert "Cover it up" in words(app)
    told = [error.value.split(".")[0] for tab in ("Inside", "Weights") for error in open_tab(app, tab).error]
    assert told == ["The model of this run is missing or damaged", "What this run kept of its inside is damaged"]


def test_a_baseline_shows_its_weights_and_says_that_it_has_no_layers(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], store: Store
) -> None:
    run = finished_run(RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig()))
    store.files(run.id).write_parts({"kernel_00": np.ones((784, 10), np.float32)})
    app = open_tab(open_page("explain.py", run=run.id), "Inside")
    assert any("no layers" in info.value for info in app.info)
    assert "of Logistic regression comes to what it says" in words(app)
    assert "Weights of 9" in words(open_tab(app, "Weights"))
    assert not app.error


def test_without_a_run_it_says_what_to_do(open_page: OpenPage) -> None:
    assert "no network yet to look into" in words(open_page("explain.py"))
