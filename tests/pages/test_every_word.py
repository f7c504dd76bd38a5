"""Every word of a page is said in the visitor's language: a made-up one puts each sentence it knows in brackets."""

import gettext
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest

from mnist_core.config import Conv2D, DataConfig, Dense, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.store import RunRecord
from mnist_core.text import Translator, translation
from pages._ui.shell import i18n

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
OPEN, CLOSE = "\u27e6", "\u27e7"
# Fields of Streamlit's messages that are read or heard.
SHOWN = {"label", "body", "help", "options", "placeholder", "caption", "alt", "text", "delta", "columns", "message"}
# Values of our own components that are no words: addresses, keys, colours and pictures.
NO_WORDS = {"library", "revision", "about", "theme", "url", "token", "canvas", "language", "sheet", "key"}
# The same in every language: names of programs, datasets, classes and files, and the dates of English.
NAMES = re.compile(
    r"MNIST Lab|Fashion-MNIST|MNIST|Keras|TensorBoard|RMSprop|Adam\w*|Adagrad|Nadam|SGD|t-SNE|CPU: test"
    r"|Dense|Conv2D|MaxPooling2D|Flatten|Reshape|: [\w .-]+\*$|model\.\w+|[xy]_train|[xy]_test|uint8"
    r"|[A-Z][a-z]{2} \d\d, \d\d:\d\d"
)


class Bracketing(gettext.NullTranslations):
    """Knows the sentences of the template, and says which others it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        with (translation.FOLDER / "messages.pot").open("rb") as stream:
            ids = [message.id for message in read_po(stream) if message.id]
        self.known = {text for id_ in ids for text in ([id_] if isinstance(id_, str) else id_)}
        self.unknown: set[str] = set()

    def gettext(self, message: str) -> str:
        if message not in self.known:
            if re.search(r"[^\W\d_]", re.sub(r"\{\w*(:[^{}]*)?\}", "", message)):
                self.unknown.add(message)
            return message
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


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
        elif isinstance(part, str) and name not in NO_WORDS:
            yield part


def _of_figure(figure: Any) -> Iterator[str]:
    """Yield the titles, names and texts of a plotly figure."""
    if isinstance(figure, dict):
        for name, part in figure.items():
            if name in ("text", "name", "ticktext", "hovertemplate", "label"):
                yield from (text for text in (part if isinstance(part, list) else [part]) if isinstance(text, str))
            if name not in ("x", "y", "z", "customdata", "template"):
                yield from _of_figure(part)
    elif isinstance(figure, list):
        for part in figure:
            yield from _of_figure(part)


class _Spoken(HTMLParser):
    """Collects what HTML shows, and what it says to screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("style", "script")
        self.said += [value or "" for name, value in attrs if name in ("aria-label", "alt", "title")]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def left_over(text: str, typed: str) -> list[str]:
    """Return the words of a text that stand in no bracket and that no visitor typed."""
    parser = _Spoken()
    parser.feed(text.replace("<br>", " "))
    parser.close()
    kept = re.sub(r":material/\w+:|:[a-z]+(?:-\w+)?(?=\[)|\]\([^)]*\)|%\{[^}]*\}", " ", " ".join(parser.said))
    depth, outside = 0, ""
    for letter in kept:
        depth += (letter == OPEN) - (letter == CLOSE)
        outside += letter if depth == 0 else " "
    return re.findall(r"[^\W\d_]{2,}", NAMES.sub(" ", outside.replace(typed, " ")))


TYPED = "Qzx typed"
CONFIG = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Conv2D(filters=4), MaxPooling2D(), Dense(units=16))),
)
# Each page with the widget that chooses what it shows, and the choices beside the first.
VIEWS: dict[str, tuple[str, list[str]]] = {
    "home.py": ("", []),
    "explore.py": ("explore_tab", ["Averages", "Typical and unusual", "Neighbours", "Map", "Doubts"]),
    "train.py": ("", []),
    "runs.py": ("take_away", ["link", "code", "tensorboard"]),
    "compare.py": ("compare_view", ["curves", "classes", "images", "many"]),
    "evaluate.py": ("evaluate_view", ["classes", "confidence", "mistakes", "images", "compare", "rules"]),
    "explain.py": ("explain_source", ["mistake", "drawing"]),
    "robustness.py": ("", []),
    "draw.py": ("", []),
    "glossary.py": ("", []),
}


@pytest.mark.parametrize("page", VIEWS)
@pytest.mark.parametrize("with_runs", [True, False])
def test_every_word_of_a_page_is_translated(
    page: str, with_runs: bool, open_page: OpenPage, finished_run: FinishedRun, brackets: Bracketing
) -> None:
    where = {}
    if with_runs:
        ids = [finished_run(CONFIG.with_settings({"seed": seed}), name=f"{TYPED} {seed}").id for seed in (1, 2)]
        where = {"runs": ",".join(ids)} if page == "compare.py" else {"run": ids[0]}
    app = open_page(page, **where)
    found = _untranslated(app)
    key, views = VIEWS[page]
    for view in views if with_runs else ():
        if page == "explore.py":
            app.session_state[key] = f"{OPEN}{view}{CLOSE}"
            app.run()
        else:
            app.segmented_control(key=key).set_value(view).run()
        found += [text for text in _untranslated(app) if text not in found]
    assert not found, "\n".join(found)
    assert not brackets.unknown, f"make words finds none of: {sorted(brackets.unknown)}"


def _untranslated(app: AppTest) -> list[str]:
    return [f"{kind}: {text[:200]!r}" for kind, text in shown(app) if left_over(text, TYPED)]


def test_what_a_visitor_typed_is_never_translated(
    open_page: OpenPage, finished_run: FinishedRun, brackets: Bracketing
) -> None:
    run = finished_run(name="Train")
    given = finished_run(CONFIG, name="First network", recipe="first-network")
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
