"""Recording a film: its figures are those of its weights, it goes on as the run does, and it changes no result."""

import shutil
from collections.abc import Callable

import numpy as np
import pytest

from mnist_core.config import BatchNormalization, Conv2D, Dense, Dropout, MaxPooling2D
from mnist_core.evaluation.matrix import confusion_matrix
from mnist_core.film import ANSWERED, FilmState, answered, fixed_images, open_film, watched_places
from mnist_core.film.keyframe import SIZES
from mnist_core.inference import open_graph
from mnist_core.inference.network import Network
from mnist_core.models.network_files import read_network
from mnist_core.models.onnx_writer import network_onnx
from mnist_core.store import RunState
from mnist_core.store.run_files import FILM, PASSING, keyframes_in
from mnist_core.system.libraries import load_keras
from mnist_core.system.processes import own_process
from mnist_core.training import filming
from mnist_core.training.control import Control
from mnist_core.training.filming import Recorder
from mnist_core.training.fit import fit, steps_per_epoch
from mnist_core.training.run import execute

pytestmark = pytest.mark.slow

LAYERS = (Conv2D(filters=4), BatchNormalization(), MaxPooling2D(), Dropout(rate=0.3), Dense(units=12))
STEPS = [0, 1, 2, 6, 12, 24]  # of two epochs with 12 steps each


@pytest.fixture(scope="module")
def perform(module_store):
    def perform(config, control=None, run_id=None):
        run_id = run_id or module_store.new_runs.create(config, "A run", owner="ada")
        assert module_store.queue.claim(run_id, own_process())
        record = execute(run_id, module_store, control or Control())
        assert record.error is None, record.error
        return record

    return perform


@pytest.fixture(scope="module")
def run(perform, network):
    return perform(network(*LAYERS))


@pytest.fixture(scope="module")
def film_of(module_store) -> Callable:
    return lambda record: open_film(module_store.files(record.id), record.config)


@pytest.fixture(scope="module")
def film(run, film_of):
    return film_of(run)


@pytest.fixture(scope="module")
def fixed(shared_digits):
    """Return the fixed images and their labels."""
    places = fixed_images(shared_digits.y_test)
    return shared_digits.x_test[places], shared_digits.y_test[places]


def steps_of(film):
    return [moment.step for moment in film.moments]


def test_a_run_keeps_moments_from_before_the_first_step_to_the_end(film):
    assert film.state is FilmState.THERE
    assert steps_of(film) == STEPS
    assert [moment.epoch for moment in film.moments] == [step / 12 for step in STEPS]
    assert [moment.share for moment in film.moments] == [step / 24 for step in STEPS]
    assert all(moment.has_weights for moment in film.moments)
    assert film.moments[-1].accuracy > film.moments[0].accuracy + 0.1


def test_the_last_moment_is_the_finished_network(run, film, module_store):
    weights = read_network(module_store.files(run.id), run.config.model, 10)
    for name, values in film.weights(len(film) - 1).items():
        np.testing.assert_array_equal(values, weights[name].astype(np.float16))


@pytest.mark.parametrize("place", range(len(STEPS)))
def test_figures_are_those_of_the_kept_weights(run, film, fixed, place):
    images, labels = fixed
    weights = {name: np.asarray(values, np.float32) for name, values in film.weights(place).items()}
    graph = Network(open_graph(network_onnx(run.config.model, weights, 10, every_layer=True)))
    *hidden, said = (
        np.concatenate(parts)
        for parts in zip(
            *(graph.outputs(part, sorted(graph.output_names)) for part in np.array_split(images, 7)), strict=True
        )
    )
    count = answered(len(images), 10)
    np.testing.assert_allclose(film.answers(place), said[:count], atol=1e-2)
    np.testing.assert_array_equal(film.matrix(place).counts, confusion_matrix(said, labels).counts)
    assert film.moments[place].accuracy == pytest.approx(np.mean(said.argmax(axis=1) == labels))
    np.testing.assert_allclose(film.predict(place, images[:9]), said[:9], atol=1e-5)

    by_name = dict(zip(sorted(graph.output_names), hidden, strict=False))
    for layer in film.layers(place):
        own = [v.ravel() for k, v in weights.items() if k.startswith(layer.name) and "moving" not in k]
        values = np.concatenate(own)
        assert layer.weight_mean == pytest.approx(np.abs(values).mean(), rel=1e-5)
        assert layer.weight_spread == pytest.approx(values.std(), rel=1e-5)
        if layer is not film.layers(place)[-1]:
            gives = by_name[layer.name][:count].reshape(-1, by_name[layer.name].shape[-1])
            assert layer.dead == pytest.approx(np.mean((gives == 0).all(axis=0)))
    kernel = weights["01_Conv2D/kernel"]
    np.testing.assert_array_equal(film.pictures(place), np.moveaxis(kernel[:, :, 0], -1, 0).astype(np.float16))


def test_what_is_not_known_of_a_layer_is_nan(film):
    *_, last = film.layers(0)
    assert np.isnan(last.dead)
    assert not np.isnan([getattr(last, name) for name in SIZES[:2]]).any()


def test_the_gradient_is_the_losss_own(network, fixed):
    """Along it the loss changes by its length."""
    from mnist_core.models.build import build_model
    from mnist_core.training.steps import make_judge

    config = network(Dense(units=8, activation="tanh"))
    model = build_model(config)
    judge = make_judge(model, config)
    images, labels = (array[:50] for array in fixed)
    gradients = judge.gradients(images, labels)
    if gradients is None:
        assert load_keras().config.backend() == "torch"
        return
    assert [gradient.shape for gradient in gradients] == [tuple(v.shape) for v in model.trainable_variables]
    start, step = [np.array(v.numpy()) for v in model.trainable_variables], 0.01
    losses = []
    for sign in (1, -1):
        for variable, value, gradient in zip(model.trainable_variables, start, gradients, strict=True):
            variable.assign(value + sign * step * gradient)
        losses.append(judge.judge(images, labels)[1])
    squared = sum(float((gradient**2).sum()) for gradient in gradients)
    assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(squared, rel=0.02)


@pytest.mark.parametrize("looped", [True, False], ids=["looped", "step by step"])
def test_a_training_is_the_same_with_and_without(network, shared_digits, sink, tmp_path, settings, choose_way, looped):
    from mnist_core.models.build import build_model

    choose_way(looped)
    config, found = network(*LAYERS), []
    for recorder in (None, Recorder(tmp_path / FILM, config, settings.model_copy(update={"film_percent": 100.0}))):
        model = build_model(config, steps_per_epoch=steps_per_epoch(shared_digits, config))
        fit(model, shared_digits, config, sink, recorder=recorder)
        found.append([np.array(v.numpy()) for v in (*model.variables, *model.optimizer.variables)])
    sizes = [np.load(path)["sizes"] for path in (tmp_path / FILM).iterdir()]
    assert len(sizes) == len(STEPS)
    assert all((each[:, 2:4] > 0).all() for each in sizes), "gradients are measured"
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_run_that_goes_on_goes_on_with_the_film(run, film, perform, film_of, module_store):
    more = run.config.with_settings({"epochs": 4})
    run_id = module_store.new_runs.create(more, "more", owner="ada", continues=run.id)
    there = open_film(module_store.files(run_id), more)
    assert steps_of(there) == STEPS
    assert there.moments[-1].share == 0.5
    longer = film_of(perform(more, run_id=run_id))
    assert steps_of(longer) == [*STEPS, 36, 48]
    np.testing.assert_array_equal(longer.answers(3), film.answers(3))
    assert len({longer.matrix(place).total for place in range(len(longer))}) == 1, "judged by the same images"


class StoppedAfter(Control):
    """Asks for a stop or a pause once so many times was looked whether somebody did."""

    def __init__(self, looks, request="stop"):
        super().__init__()
        self._looks, self._request = looks, request

    @property
    def halting(self):
        self._looks -= 1
        if self._looks == 0:
            getattr(self, self._request)()
        return super().halting


def test_a_stopped_run_ends_its_film_where_it_stopped(perform, network, film_of):
    record = perform(network(Dense(units=8), epochs=50), StoppedAfter(9))
    assert record.state is RunState.STOPPED
    assert film_of(record).moments[-1].step == record.step > 2


@pytest.fixture
def beginning(network, shared_digits, settings, tmp_path):
    """Return a function that begins a recorder at a step, with what an earlier one left."""
    from mnist_core.models.build import build_model
    from mnist_core.training.steps import make_judge

    config = network(Dense(units=8))
    model = build_model(config)

    def begin(step, **limits):
        recorder = Recorder(tmp_path / FILM, config, settings.model_copy(update={"film_percent": 100.0, **limits}))
        recorder.begin(model, make_judge(model, config), shared_digits, 12, step)
        with recorder:
            return recorder, tmp_path / FILM

    return begin


def test_what_was_kept_after_the_checkpoint_is_kept_anew(beginning):
    recorder, folder = beginning(0)
    for step in (1, 6, 13):
        shutil.copy(folder / "00000000.npz", folder / f"{step:08d}.npz")
    recorder, _ = beginning(6)
    assert sorted(path.name for path in folder.iterdir()) == ["00000000.npz", "00000001.npz", "00000006.npz"]
    assert recorder.next_after(6) == 12


def test_a_film_that_goes_on_stays_within_its_limits(beginning):
    _, folder = beginning(0)
    for step in range(1, 40):
        shutil.copy(folder / "00000000.npz", folder / f"{step:08d}.npz")
    beginning(12)
    assert (folder / "00000000.npz").exists()
    assert len(list(folder.iterdir())) == 13  # and one more to come: nothing has to go
    beginning(12, film_mb=0.06)
    names = sorted(int(path.stem) for path in folder.iterdir())
    assert set(names) < set(range(13))
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 60_000


def test_a_film_that_fails_ends_and_the_training_does_not(perform, network, monkeypatch, film_of, capfd):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(filming, "write_keyframe", full)
    record = perform(network(Dense(units=8)))
    assert record.state is RunState.COMPLETED
    assert film_of(record).state is FilmState.NONE
    assert capfd.readouterr().err.count("The film in") == 1


def test_without_room_none_is_recorded(perform, network, module_store, film_of, monkeypatch):
    monkeypatch.setattr(module_store, "settings", module_store.settings.model_copy(update={"film_mb": 0.0}))
    record = perform(network(Dense(units=8)))
    assert film_of(record).state is FilmState.NONE
    assert not (module_store.files(record.id).folder / FILM).exists()


def test_a_baseline_has_none(perform, baseline, film_of):
    assert film_of(perform(baseline)).state is FilmState.BASELINE


@pytest.fixture
def watched(network, shared_digits, settings, tmp_path, monkeypatch):
    """Return a function that begins a recorder, and one that returns the passing moment's step, where there is one."""
    from mnist_core.models.build import build_model
    from mnist_core.training.steps import make_judge

    monkeypatch.setattr(filming, "_BETWEEN", 0.0)
    monkeypatch.setattr(filming, "_CAREFUL", 1000.0)  # nothing but the film goes on here
    config = network(Dense(units=8))
    model = build_model(config)

    def begin(**limits):
        recorder = Recorder(tmp_path / FILM, config, settings.model_copy(update={"film_percent": 100.0, **limits}))
        recorder.begin(model, make_judge(model, config), shared_digits, 12, 0)
        return recorder

    def passing(recorder):
        recorder._writer._check(done_only=False)
        path = tmp_path / FILM / PASSING
        return int(np.load(path)["step"]) if path.exists() else None

    return begin, passing


def test_between_two_keyframes_the_newest_moment_is_shown_and_not_kept(watched, tmp_path, shared_digits):
    begin, passing = watched
    with begin() as recorder:
        recorder.look(2)
        assert passing(recorder) is None, "these moments are kept"
        for step in (4, 5):
            recorder.look(step)
            assert passing(recorder) == step
        kept = [np.load(path)["answers"] for path in keyframes_in(tmp_path / FILM).values()]
        labels = shared_digits.y_test[fixed_images(shared_digits.y_test)][:ANSWERED]
        with np.load(tmp_path / FILM / PASSING) as arrays:
            assert len(arrays["answers"]) == ANSWERED
            assert arrays["pictures"].shape == (8, 28, 28)
            new = (arrays["answers"] != kept[-1]).any(axis=1).nonzero()[0]
            asked = watched_places([each.astype(np.float32) for each in kept], labels)
            assert set(new) <= set(asked), "no others are asked"
            assert not [name for name in arrays if name.startswith("weights")]
        assert PASSING not in {path.name for path in keyframes_in(tmp_path / FILM).values()}
        recorder.end(20)
    assert not (tmp_path / FILM / PASSING).exists(), "the end is kept"


def test_what_an_interrupted_training_left_is_not_shown_when_it_goes_on(watched, tmp_path):
    begin, passing = watched
    with begin() as recorder:
        for step in (2, 5):
            recorder.look(step)
            passing(recorder)
    assert (tmp_path / FILM / PASSING).exists(), "a pause shows where it stopped"
    with begin() as recorder:
        assert passing(recorder) != 5


def test_moments_that_pass_get_only_what_the_film_leaves_of_its_share_of_time(watched, monkeypatch):
    begin, passing = watched
    with begin() as recorder:
        passing(recorder)
        recorder.look(2)
        passing(recorder)
        monkeypatch.setattr(recorder, "_spent", filming._Spent(0.0))
        recorder.look(4)
        assert passing(recorder) is None


def test_whatever_a_film_takes_something_is_left_for_those_who_watch(monkeypatch):
    spent, clock = filming._Spent(0.02), iter([0.0, 0.1, 0.0, 0.1])
    for _ in range(2):
        with spent.on_film(lambda: next(clock), kept=1):
            pass
    now = filming.time.process_time()
    monkeypatch.setattr(filming.time, "process_time", lambda: now + 50.0)
    seen = iter([0.0, 0.18])
    with spent.on_passing(lambda: next(seen), shown=5):
        pass
    assert spent.allows_more(0.5, ahead=10), "half of 1.2 s, 0.18 s and a fifth of that are less than 0.85 s"
    assert not spent.allows_more(0.5, ahead=20), "nor less than a fifth of 1 s"
    monkeypatch.setattr(filming.time, "process_time", lambda: now + 70.0)
    assert spent.allows_more(0.5, ahead=20), "but less than that of 1.4 s"


def test_a_moment_that_can_t_be_shown_ends_the_film_and_nothing_else(watched, monkeypatch, capfd):
    begin, passing = watched
    with begin() as recorder:
        recorder.look(2)
        passing(recorder)
        monkeypatch.setattr(filming, "write_keyframe", lambda *_, **__: 1 / 0)
        recorder.look(4)
        assert passing(recorder) is None
        assert recorder.next_after(4) is None
    assert capfd.readouterr().err.count("The film in") == 1


def test_a_damaged_moment_of_before_is_left_out_when_a_training_goes_on(watched, tmp_path, shared_digits, capfd):
    begin, passing = watched
    with begin() as recorder:
        for step in (1, 2, 6):
            recorder.look(step)
        passing(recorder)
    files = keyframes_in(tmp_path / FILM)
    files[1].write_bytes(b"half a file")
    with Recorder(tmp_path / FILM, recorder._config, recorder._settings) as again:
        again.begin(recorder._network._model, recorder._network._judge, shared_digits, 12, 6)
        again.look(12)
        passing(again)
    assert max(keyframes_in(tmp_path / FILM)) == 12, "the film goes on"
    assert "can't be read" in capfd.readouterr().err
