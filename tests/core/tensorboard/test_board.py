"""A run's logs, read back with TensorBoard's own reader."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api_pb2, metadata

from mnist_core.config import Conv2D, DataConfig, Dense, LogisticConfig, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.errors import StorageError
from mnist_core.store import MetricPoint
from mnist_core.tensorboard import board as board_module
from mnist_core.tensorboard.board import Board
from mnist_core.tensorboard.events import event_files

CONFIG = RunConfig(
    data=DataConfig(dataset="digits"), model=NetworkConfig(layers=(Conv2D(filters=4), MaxPooling2D(), Dense(units=8)))
)


def point(step, kind="epoch", seconds=1.0):
    values = {"loss": 1 / step, "accuracy": 1 - 1 / step}
    if kind == "epoch":
        values |= {"val_loss": 2 / step, "val_accuracy": 0.5}
    return MetricPoint(kind=kind, step=step, epoch=-(-step // 10), seconds=seconds, values=values)


def read(folder):
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    return events


def figures(folder, tag):
    return [(event.step, event.value) for event in read(folder).Scalars(tag)]


@pytest.fixture
def begun(tmp_path):
    board = Board(tmp_path, CONFIG, "A network")
    board.begin([])
    return board


@pytest.fixture
def table(tiny_dataset):
    """Return probabilities that are wrong about the first three test images."""
    table = np.full((50, 10), 0.02, np.float32)
    answers = tiny_dataset.y_test.copy()
    answers[:3] = (answers[:3] + 1) % 10
    table[np.arange(50), answers] = 0.82
    return table


def test_figures_are_there_as_soon_as_they_are_told(begun, tmp_path):
    begun.points([point(5, "batch"), point(10)])
    assert figures(tmp_path / "train", "batch_loss") == [(5, pytest.approx(0.2))]
    assert figures(tmp_path / "train", "epoch_loss") == [(1, pytest.approx(0.1))]
    assert figures(tmp_path / "validation", "epoch_loss") == [(1, pytest.approx(0.2))]
    assert "batch_loss" not in read(tmp_path / "validation").Tags()["scalars"]


def test_beginning_anew_keeps_what_the_history_says_and_nothing_else(begun, tmp_path):
    begun.points([point(10), point(20), point(25, "batch")])
    again = Board(tmp_path, CONFIG, "A network")
    again.begin([point(10)])
    again.points([point(20)])
    assert [step for step, _ in figures(tmp_path / "train", "epoch_loss")] == [1, 2]
    assert "batch_loss" not in read(tmp_path / "train").Tags()["scalars"]
    assert all(len(event_files(tmp_path / part)) == 1 for part in ("", "train", "validation"))


def test_times_of_a_resumed_run_leave_the_pause_out(begun, tmp_path):
    begun.begin([point(10, seconds=100.0), point(20, seconds=200.0)])
    first, second = read(tmp_path / "train").Scalars("epoch_loss")
    assert second.wall_time - first.wall_time == pytest.approx(100.0)


def test_a_long_training_writes_ever_fewer_batch_points(begun, tmp_path):
    begun.points([point(n, "batch", seconds=n / 4) for n in range(1, 14_401)])  # an hour
    assert 1_000 < len(figures(tmp_path / "train", "batch_loss")) < 4_000
    assert event_files(tmp_path / "train")[0].stat().st_size < 400_000


def test_mistakes_are_a_picture_that_says_how_many_there_are(begun, tmp_path, tiny_dataset, table):
    begun.picture(tiny_dataset, table)
    (event,) = read(tmp_path).Images("mistakes")
    picture = Image.open(io.BytesIO(event.encoded_image_string))
    assert picture.size == (event.width, event.height) == (3 * 88, 112)
    first = np.asarray(picture)[2 : 2 + 84 : 3, 2 : 2 + 84 : 3]
    assert any(np.array_equal(first, image) for image in tiny_dataset.x_test[:3])
    words = read(tmp_path).SummaryMetadata("mistakes").summary_description
    assert words.startswith("The surest of 3 mistakes on 50 test images")


def test_a_network_without_mistakes_has_no_picture(begun, tmp_path, tiny_dataset):
    begun.picture(tiny_dataset, np.eye(10, dtype=np.float32)[tiny_dataset.y_test])
    assert read(tmp_path).Tags()["images"] == []


def test_the_graph_has_a_box_for_each_layer_with_its_shapes(begun, tmp_path):
    nodes = {node.name: node for node in read(tmp_path).Graph().node}
    assert list(dict.fromkeys(name.split("/")[0] for name in nodes)) == [
        "images", "scale", "reshape", "conv2d", "max_pooling2d", "flatten", "dense", "dense_1", "probabilities",
    ]  # fmt: skip
    assert all(source in nodes for node in nodes.values() for source in node.input)

    def shape(name):
        return [dim.size for dim in nodes[name].attr["_output_shapes"].list.shape[0].dim]

    assert shape("images") == [-1, 28, 28]
    assert shape("conv2d/kernel") == [3, 3, 1, 4]
    assert shape("dense/kernel") == [13 * 13 * 4, 8]
    assert shape("probabilities") == [-1, 10]
    assert nodes["dense_1/softmax"].op == "softmax"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            CONFIG,
            {
                "name": "A network",
                "model": "Conv2D 4 - MaxPooling2D 2 - Dense 8",
                "learning_rate": 0.001,
                "epochs": 5.0,
            },
        ),
        (RunConfig(model=LogisticConfig()), {"model": "logistic regression", "dataset": "mnist", "epochs": 5.0}),
        (
            CONFIG.with_settings({"rotation": 10, "early_stopping": 3}),
            {"augmentation": "rotation 10", "early_stopping": 3.0, "batch_size": 128.0},
        ),
    ],
)
def test_hparams_view_gets_settings_and_how_it_ended(tmp_path, config, expected):
    board = Board(tmp_path, config, "A network")
    board.begin([])
    board.tell(0.9, 0.3)
    board.end(success=True)
    events = read(tmp_path)
    content = {tag: events.SummaryMetadata(tag).plugin_data.content for tag in events.PluginTagToContent("hparams")}
    start = metadata.parse_session_start_info_plugin_data(content[metadata.SESSION_START_INFO_TAG])
    values = {name: value.string_value or value.number_value for name, value in start.hparams.items()}
    assert expected.items() <= values.items()
    end = metadata.parse_session_end_info_plugin_data(content[metadata.SESSION_END_INFO_TAG])
    assert end.status == api_pb2.STATUS_SUCCESS
    experiment = metadata.parse_experiment_plugin_data(content[metadata.EXPERIMENT_TAG])
    assert set(values) <= {info.name for info in experiment.hparam_infos}
    assert ("", "test_accuracy") in {(info.name.group, info.name.tag) for info in experiment.metric_infos}
    assert figures(tmp_path, "test_accuracy") == [(0, pytest.approx(0.9))]


def test_a_failed_run_is_marked_as_failed(begun, tmp_path):
    begun.end(success=False)
    content = read(tmp_path).SummaryMetadata(metadata.SESSION_END_INFO_TAG).plugin_data.content
    assert metadata.parse_session_end_info_plugin_data(content).status == api_pb2.STATUS_FAILURE


def test_a_full_disk_ends_the_logs_but_not_the_training(tmp_path, monkeypatch, capsys, tiny_dataset, table):
    def full(*_):
        raise StorageError("The disk is full.")

    monkeypatch.setattr(board_module, "EventFile", full)
    board = Board(tmp_path, CONFIG, "A network")
    board.begin([])
    board.points([point(10)])
    board.picture(tiny_dataset, table)
    board.end(success=True)
    assert capsys.readouterr().err == "TensorBoard logs could not be written: The disk is full.\n"


def test_the_name_of_this_computer_is_in_no_file_name(begun, tmp_path):
    (path,) = event_files(tmp_path)
    assert re.fullmatch(r"events\.out\.tfevents\.\d{10}\.mnist-lab", path.name)


def test_points_come_before_anything_was_begun(tmp_path):
    board = Board(tmp_path / "never", CONFIG, "A network")
    board.points([replace(point(10), kind="batch")])
    board.end(success=False)
    assert not (tmp_path / "never").exists()
