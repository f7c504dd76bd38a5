"""Every word of a page is said in the visitor's language: a made-up one puts each sentence it knows in brackets."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import Conv2D, DataConfig, Dense, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.config.datasets import DATASETS, DatasetSpec
from mnist_core.config.kinds import CLOTHES, KINDS, ImageKind
from mnist_core.config.recipes import recipe_on
from mnist_core.config.study import Parameter, Question
from mnist_core.config.study.quick import more_data, repetition, search, trying
from mnist_core.datasets import Dataset
from mnist_core.lessons import library
from mnist_core.lessons.lesson import View
from mnist_core.store import RunRecord, Store, TrialState
from mnist_core.text import Translator
from pages._ui.parts import downloads
from pages._ui.shell import i18n
from pages._ui.studies.figures import views_of
from tests.made_up_language import CLOSE, OPEN, TYPED, Bracketing, left_over
from tests.pages.test_pages import drawn
from tests.photo_files import Scene, clothing_photo, compose, tidy
from tests.study_rows import BASE, put_study

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
# Fields of Streamlit's messages that are read or heard.
SHOWN = {"label", "body", "help", "options", "placeholder", "caption", "alt", "text", "delta", "columns", "message"}
# Values of our own components that are no words: addresses, keys, colours and pictures.
NO_WORDS = {"library", "revision", "about", "theme", "url", "token", "canvas", "language", "sheet", "key"}


Tables = dict[str, Callable[[], Any]]


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Tables:
    """Return what makes each table that pages offer as a file, by its button's key."""
    offered: Tables = {}
    button = downloads.download_button

    def remembered(words: str, make: Callable[[], Any], **how: Any) -> None:
        if how["mime"] == "text/csv":
            offered[how["key"]] = make
        button(words, make, **how)

    monkeypatch.setattr(downloads, "download_button", remembered)
    return offered


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> Bracketing:
    """Let every visitor speak the made-up language."""
    catalogue = Bracketing()
    # Numbers are those of English, so that nothing but words differs.
    monkeypatch.setattr(i18n, "translator", lambda language: Translator("en", catalogue))
    return catalogue


def shown(app: AppTest) -> Iterator[tuple[str, str]]:
    """Yield each text of a page with the kind of element that shows it."""

    def visit(node: Any) -> Iterator[tuple[str, str]]:
        kind = str(getattr(node, "type", ""))
        if kind != "code" and getattr(node, "proto", None) is not None:
            yield from ((kind, text) for text in _of_message(node.proto))
        if kind == "arrow_data_frame":
            yield from ((kind, text) for text in _of_table(node.value))
        for child in getattr(node, "children", {}).values():
            yield from visit(child)

    yield from visit(app._tree)


def _of_message(message: Any) -> Iterator[str]:
    for field, value in message.ListFields() if hasattr(message, "ListFields") else ():
        if field.name in ("bytes", "json") and value[:1] in (b"{", "{"):
            if not message.component_name.startswith("streamlit-drawable-canvas"):  # which shows no words
                yield from _of_component(json.loads(value))
            continue
        many = list(value) if field.is_repeated else [value]
        for part in many:
            if isinstance(part, str):
                if field.name == "columns" and part.startswith("{"):
                    yield from (
                        column[name]
                        for column in json.loads(part).values()
                        for name in ("label", "help")
                        if column.get(name)
                    )
                elif field.name in SHOWN:
                    yield part
            elif not isinstance(part, int | float | bool | bytes):
                yield from _of_message(part)


def _of_table(table: pd.DataFrame) -> Iterator[str]:
    """Yield the heads of a table and the words in its cells."""
    yield from map(str, table.columns)
    for column in table.select_dtypes(exclude="number"):
        yield from (text for text in table[column] if isinstance(text, str))


def _of_component(data: Any) -> Iterator[str]:
    """Yield what one of our own components shows or says: its charts, and its words by the names that we give them."""
    if not isinstance(data, dict):
        return
    for name, part in data.items():
        if name == "figure" or (name == "data" and isinstance(part, list)) or name == "layout":
            yield from _of_figure(part)
        elif name == "blocks":  # of the picture of a network
            yield from (text for block in part for text in (block["name"], *block["facts"]))
        elif isinstance(part, str) and name not in NO_WORDS:
            yield part


def _of_values(values: Any) -> Iterator[str]:
    if isinstance(values, list):
        for value in values:
            yield from _of_values(value)
    elif isinstance(values, str):
        yield values


def _of_figure(figure: Any) -> Iterator[str]:
    """Yield the titles, names and texts of a plotly figure, what it shows on hover too."""
    if isinstance(figure, dict):
        for name, part in figure.items():
            if name in ("text", "name", "ticktext", "hovertemplate", "label", "x", "y", "customdata"):
                yield from _of_values(part)
            if name != "template":
                yield from _of_figure(part)
    elif isinstance(figure, list):
        for part in figure:
            yield from _of_figure(part)


SCENE = Scene(width=600, height=450, digit=80, pen=6)
MODEL = NetworkConfig(layers=(Conv2D(filters=4), MaxPooling2D(), Dense(units=16)))
# Each page with what chooses what it shows, and the choices beside the first; tabs by their names.
VIEWS: dict[str, dict[str, list[str]]] = {
    "home.py": {},
    "learn.py": {},
    "explore.py": {"explore_tab": ["Averages", "Typical and unusual", "Neighbours", "Map", "Doubts"]},
    "train.py": {},
    "studies.py": {},
    "runs.py": {"take_away": ["link", "code", "tensorboard"]},
    "compare.py": {"compare_view": ["curves", "classes", "images", "many"]},
    "evaluate.py": {"evaluate_view": ["classes", "confidence", "mistakes", "images", "compare", "rules"]},
    "explain.py": {
        "explain_tab": ["Inside", "Weights", "Map", "Film", "Down the hill"],
        "explain_source": ["mistake", "drawing"],
    },
    "robustness.py": {},
    "draw.py": {},
    "glossary.py": {},
    "classroom.py": {},
    "your_data.py": {},
}


LESSON = "\n".join(
    [
        'id = "typed"\nnumber = 1\nminutes = 9\nrecipe = "first-network"',
        *(f'{name} = "{TYPED}"' for name in ("title", "summary")),
        *(f'[[steps]]\nid = "{view}"\ntitle = "{TYPED}"\ntext = "{TYPED}"\nview = "{view}"' for view in get_args(View)),
        f'[[steps]]\nid = "more"\ntitle = "{TYPED}"\ntext = "{TYPED}"\nconsole = ["x_train.shape"]',
        f'[[steps.tasks]]\ntext = "{TYPED}"\nlevel = 2\nwants = {{ dataset = "digits" }}',
        f'[[steps.tasks]]\ntext = "{TYPED}"\nwants = {{ test_accuracy = 0.999 }}',
        f'[steps.guess]\nquestion = "{TYPED}"\noptions = ["{TYPED}", "{TYPED}"]\nanswer = 1\nwhy = "{TYPED}"',
    ]
)


@pytest.fixture(autouse=True)
def _lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be one lesson, whose words are a teacher's."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / "typed.toml").write_text(LESSON)
    monkeypatch.setattr(library, "_OWN", folder)


def test_every_word_of_every_step_is_translated(
    open_page: OpenPage, finished_run: FinishedRun, brackets: Bracketing, tables: Tables
) -> None:
    finished_run(recipe_on("first-network", "digits"), name=TYPED)
    app = open_page("learn.py", lesson="typed")
    found = _untranslated(app)
    for step in [*get_args(View), "more"]:
        app.query_params["step"] = step
        app.run()
        assert not app.exception
        found += [text for text in _untranslated(app) if text not in found]
    app.button(key="guess_choice_typed_more_2").click().run()
    found += [text for text in _untranslated(app) if text not in found]
    _check(found, brackets, tables)


@pytest.mark.parametrize("page", VIEWS)
def test_every_word_of_a_page_is_translated(
    page: str,
    open_page: OpenPage,
    dataset_of: Callable[[ImageKind], DatasetSpec],
    finished_run: FinishedRun,
    brackets: Bracketing,
    tables: Tables,
) -> None:
    config = RunConfig(data=DataConfig(dataset=dataset_of(CLOTHES).id), model=MODEL)
    others = config.with_settings({"seed": 2, "optimizer": "sgd", "nesterov": True, "schedule": "cosine"})
    ids = [finished_run(config, name=f"{TYPED} {n}").id for n, config in enumerate([config, others])]
    app = open_page(page, **{"runs": ",".join(ids)} if page == "compare.py" else {"run": ids[0]})
    if page == "explore.py":
        app.selectbox(key="form_dataset").set_value(config.data.dataset).run()
    found = _untranslated(app)
    for key, views in VIEWS[page].items():
        for view in views:
            if key.endswith("_tab"):
                app.session_state[key] = f"{OPEN}{view}{CLOSE}"
                app.run()
            else:
                app.segmented_control(key=key).set_value(view).run()
            found += [text for text in _untranslated(app) if text not in found]
    _check(found, brackets, tables)


@pytest.mark.parametrize("page", VIEWS)
def test_every_word_of_a_page_without_runs_is_translated(
    page: str, open_page: OpenPage, brackets: Bracketing, tables: Tables
) -> None:
    _check(_untranslated(open_page(page)), brackets, tables)


@pytest.mark.parametrize(
    "question",
    [
        trying(BASE, [Parameter(name="activation", values=("relu", "tanh"))]),
        search(BASE, ["learning_rate", "activation", "units"], 10, pruner="median"),
        repetition(BASE),
        more_data(BASE),
    ],
    ids=lambda question: question.kind,
)
def test_every_word_of_a_study_is_translated(
    question: Question, open_page: OpenPage, store: Store, brackets: Bracketing, tables: Tables
) -> None:
    values = {"activation": "relu", "learning_rate": 0.1, "units": 8, "train_size": 100, "seed": 0}
    states = [TrialState.COMPLETED, TrialState.COMPLETED, TrialState.PRUNED, TrialState.FAILED, TrialState.RUNNING]
    rows = [
        ({name: values[name] for name in [one.name for one in question.over] or ["seed"]}, state, 0.5 + k / 10)
        for k, state in enumerate(states)
    ]
    study = put_study(store, question, rows, name=TYPED)
    app = open_page("studies.py", study=study)
    found = _untranslated(app)
    for view in views_of(question):
        app.segmented_control(key=f"study_view_{study}").set_value(view).run()
        found += [text for text in _untranslated(app) if text not in found]
    found += _untranslated(open_page("studies.py"))
    _check(found, brackets, tables)


def test_every_word_of_a_classroom_is_translated(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, brackets: Bracketing, tables: Tables, monkeypatch
) -> None:
    _, secret = store.classrooms.open(TYPED, lambda: "1-2-3-4", days=30)
    store.classrooms.join("1-2-3-4", "ada", TYPED)
    finished_run(name=TYPED, owner="ada")
    store.lessons.keep("ada", "typed", "train")
    store.classrooms.say(secret, TYPED)
    app = open_page("classroom.py")
    app.session_state["teaches"] = [secret]
    found = []
    for view in ("code", "wall", "pupils", "settings"):
        app.session_state["classroom_view"] = view
        app.run()
        found += [text for text in _untranslated(app) if text not in found]
    for question in ("classroom_close", "classroom_forget"):
        app.button(key=question).click().run()
        found += [text for text in _untranslated(app) if text not in found]
    monkeypatch.setattr("pages._ui.shell.identity.owner", lambda: "ada")
    for paused in (False, True):
        store.classrooms.pause(secret, paused=paused)
        found += _untranslated(open_page("classroom.py"))
    found += _untranslated(open_page("classroom.py", code="another"))
    _check(found, brackets, tables)


def test_every_word_about_several_runs_is_translated(open_page: OpenPage, brackets: Bracketing, tables: Tables) -> None:
    app = open_page("train.py", run="new")
    app.button(key="several").click().run()
    found = _untranslated(app)
    for way in ("batches", "repeat", "sizes", "search", "values", "rate"):
        app.radio(key="several_way").set_value(way).run()
        found += [text for text in _untranslated(app) if text not in found]
    _check(found, brackets, tables)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_word_about_a_kind_is_translated(
    kind: ImageKind,
    digits: Dataset,
    open_page: OpenPage,
    dataset_of: Callable[[ImageKind], DatasetSpec],
    finished_run: FinishedRun,
    brackets: Bracketing,
    tables: Tables,
) -> None:
    spec = dataset_of(kind)
    photo = clothing_photo(digits.x_test[0], seed=1) if kind.filled else compose([tidy("47")], SCENE, seed=1)
    run = finished_run(RunConfig(data=DataConfig(dataset=spec.id), model=MODEL), name=TYPED)
    app = open_page("draw.py", run=run.id)
    found = _untranslated(app)
    app.session_state[f"canvas_{spec.collection}_0"] = drawn()
    found += _untranslated(app.run())
    app.segmented_control(key="draw_source").set_value("upload").run()
    app.file_uploader(key="photo_file").set_value(("photo.jpg", photo.file(), "image/jpeg"))
    found += _untranslated(app.run())
    app.switch_page("train.py").run()
    app.selectbox(key="form_dataset").set_value(spec.id)
    found += _untranslated(app.run())
    _check(found, brackets, tables)


def _check(found: Sequence[str], brackets: Bracketing, tables: Tables) -> None:
    assert not found, "\n".join(dict.fromkeys(found))
    assert not brackets.unknown, f"make words finds none of: {sorted(brackets.unknown)}"
    for key, table in tables.items():
        text = table()
        assert OPEN not in text, f"{key} is for programs, and translated: {text[:200]}"
        heads = text.split("\n", 1)[0].split(",")
        names = {name for spec in DATASETS.values() for name in spec.class_names}
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", head) or head in names for head in heads), f"{key}: {heads}"


def _untranslated(app: AppTest) -> list[str]:
    assert not app.exception
    assert not app.error
    return [f"{kind}: {text[:200]!r}" for kind, text in shown(app) if left_over(text, TYPED)]


def test_what_a_visitor_typed_is_never_translated(
    open_page: OpenPage, finished_run: FinishedRun, brackets: Bracketing
) -> None:
    run = finished_run(name="Train")
    given = finished_run(name="First network", recipe="first-network")
    app = open_page("train.py", run=run.id)
    assert "Train" in [header.value for header in app.header]
    app = open_page("train.py", run=given.id)
    assert f"{OPEN}First network{CLOSE}" in [header.value for header in app.header]


def test_the_pages_names_are_sentences_that_are_translated(brackets: Bracketing) -> None:
    """They stand in the navigation and, before the program's name, in the browser's title."""
    source = (Path(i18n.__file__).parents[2] / "_dashboard.py").read_text()
    titles = re.findall(r'^    \("\w+\.py", Sentence\("([^"]+)"\)', source, re.MULTILINE)
    assert len(titles) == len(VIEWS)
    assert {*titles, "{page} · MNIST Lab"} <= brackets.known
