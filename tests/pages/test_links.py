"""Opening a link to settings: the form has them, nothing starts, and nothing is lost."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import Dense, Dropout, NetworkConfig, RunConfig
from mnist_core.config.links import read_link, write_link
from mnist_core.figures.qr_code import qr_svg, secret_qr_svg
from mnist_core.gateway.offered import Listening, OfferedAddress, offered_address
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunRecord, Store, Visitor
from pages._ui.parts.offered_link import dashboard_address
from tests.pages.charts import ask_for_code, components_of
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]

CONFIG = RunConfig(model=NetworkConfig(layers=(Dense(units=77), Dropout(rate=0.35)))).with_settings(
    {"dataset": "digits", "epochs": 7, "optimizer": "nadam", "rotation": 15, "train_size": 900}
)
LINK = write_link(CONFIG, "fashion-dropout")


def draft(app: AppTest) -> RunConfig:
    return RunConfig.parse(app.session_state["draft"])


def linked(app: AppTest) -> str:
    """Return the link that the page offers to copy."""
    (address,) = [element.value for element in app.code if "config=" in element.value]
    return address


def test_a_link_fills_the_form_and_starts_nothing(open_page: OpenPage, store: Store) -> None:
    app = open_page("train.py", config=LINK)
    assert draft(app) == CONFIG
    assert app.session_state["draft_recipe"] == "fashion-dropout"
    assert "These settings came with a link" in words(app)
    assert app.sidebar.number_input(key="form_epochs").value == 7
    assert store.runs.find() == []
    assert read_link(linked(app)).config == CONFIG
    assert not [button for button in app.button if button.key == "link_undo"]


def test_what_is_changed_afterwards_stays_changed(open_page: OpenPage) -> None:
    app = open_page("train.py", config=LINK)
    app.sidebar.number_input(key="form_epochs").set_value(9).run()
    assert draft(app) == CONFIG.with_settings({"epochs": 9})
    assert read_link(linked(app)).config.train.epochs == 9


def test_ones_own_settings_are_kept_and_come_back(open_page: OpenPage) -> None:
    app = open_page("train.py")
    app.sidebar.number_input(key="form_epochs").set_value(3).run()
    mine = draft(app)
    app.query_params["config"] = LINK
    app.run()
    assert draft(app) == CONFIG
    app.button(key="link_undo").click().run()
    assert draft(app) == mine
    assert "config" not in app.query_params
    assert "came with a link" not in words(app)
    assert app.sidebar.number_input(key="form_epochs").value == 3


def test_a_run_under_way_does_not_hide_the_form(open_page: OpenPage, finished_run: FinishedRun) -> None:
    app = open_page("train.py", run=finished_run().id)
    del app.query_params["run"]
    app.query_params["config"] = LINK
    app.run()
    assert draft(app) == CONFIG
    assert app.button(key="train_start")


def test_the_run_that_was_begun_takes_the_links_place_in_the_address(
    open_page: OpenPage, finished_run: FinishedRun
) -> None:
    record = finished_run(CONFIG)
    app = open_page("train.py", config=LINK)
    app.button(key="train_start").click().run()
    assert record.id in app.query_params["run"]
    assert "config" not in app.query_params


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LINK[:-4], "cut off or changed"),
        ("9" + LINK[1:], "another version"),
        ("<b>hello</b>", "no link to settings"),
        ("1" * 9000, "too long"),
    ],
)
def test_a_link_that_is_none_gives_a_sentence_and_changes_nothing(
    open_page: OpenPage, store: Store, text: str, sentence: str
) -> None:
    app = open_page("train.py", config=text)
    assert sentence in app.error[0].value
    assert app.session_state["draft_recipe"] == "first-network"
    assert "nothing was changed" in words(app)
    assert store.runs.find() == []


def test_more_than_this_installation_allows_is_told_and_not_cut(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_MAX_EPOCHS", "5")
    get_settings.cache_clear()
    app = open_page("train.py", config=LINK)
    assert draft(app).train.epochs == 7
    assert "At most 5 epochs are possible here" in words(app)
    assert app.button(key="train_start").disabled


def link_script(run_id: str) -> None:
    from pages._ui.parts.code_view import code_part
    from pages._ui.parts.link_view import link_part
    from pages._ui.shell import access

    record = access.look_up(run_id)
    code_part(record)
    link_part(record)


def test_a_runs_links_and_code_are_there_to_take_away(
    finished_run: FinishedRun, store: Store, open_page: OpenPage
) -> None:
    record = finished_run(CONFIG, recipe="fashion-dropout", owner="someone")
    app = AppTest.from_function(link_script, args=(record.id,), default_timeout=120).run()
    assert not app.exception
    assert f"/train?run={record.id}" in words(app)
    assert read_link(linked(app)).recipe == "fashion-dropout"
    assert "keras.layers.Dense(77" in words(app)
    assert [button.proto.label for button in app.get("download_button")] == ["Python script", "Jupyter notebook"]
    assert "private" not in words(app)


def test_a_private_runs_link_says_who_can_open_it(finished_run: FinishedRun, store: Store, open_page: OpenPage) -> None:
    record = finished_run(CONFIG)
    store.runs.set_shared(record.id, False, Visitor(None, is_admin=True))
    app = AppTest.from_function(_as_admin, args=(record.id,), default_timeout=120).run()
    assert not app.exception
    assert "This run is private" in words(app)


def _as_admin(run_id: str) -> None:
    from mnist_core.store import shared_store
    from pages._ui.parts.link_view import link_part

    link_part(shared_store().runs.get(run_id))


@pytest.mark.parametrize(
    ("address", "prefix", "begins"),
    [
        ("http://localhost:8501/train", "", "http://localhost:8501"),
        ("http://localhost:8501/", "", "http://localhost:8501"),
        ("http://localhost:8501", "", "http://localhost:8501"),
        ("http://home-train/", "", "http://home-train"),
        ("http://draw/runs?run=1#x", "", "http://draw"),
        ("http://[::1]:8501/runs", "", "http://[::1]:8501"),
        ("http://host/x/train", "x", "http://host/x"),
        ("http://host/x/", "x", "http://host/x"),
        ("http://host/draw/train", "draw", "http://host/draw"),
        ("http://host/draw", "draw", "http://host/draw"),
        ("http://host/a/b/runs", "/a/b/", "http://host/a/b"),
        # a proxy that takes its own prefix off
        ("https://lab.example/mnist/train", "", "https://lab.example/mnist"),
        ("https://lab.example/mnist/", "", "https://lab.example/mnist"),
        ("https://lab.example/mnist/", "x", "https://lab.example/mnist"),
        ("https://lab.example/train/", "", "https://lab.example/train"),
        ("https://lab.example/train/runs", "", "https://lab.example/train"),
        ("https://lab.example/proxy/x/runs", "x", "https://lab.example/proxy/x"),
        ("", "", ""),
    ],
)
def test_links_begin_with_the_address_that_the_browser_sees(address: str, prefix: str, begins: str) -> None:
    assert dashboard_address(address, prefix) == begins


def test_links_begin_with_the_public_address(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_PUBLIC_URL", "https://lab.example.org/mnist/")
    get_settings.cache_clear()
    app = open_page("train.py", config=LINK)
    assert linked(app).startswith("https://lab.example.org/mnist/train?config=")
    assert "Phones and other computers" not in words(app)


def test_a_link_that_no_phone_can_open_says_why(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(_seen: str, settings: Settings, _listening: Listening) -> OfferedAddress:
        return offered_address("http://localhost:8501", settings, Listening("127.0.0.1", 8501))

    monkeypatch.setattr("pages._ui.parts.offered_link.offered_address", alone)
    app = open_page("train.py", config=LINK)
    assert linked(app).startswith("http://localhost:8501/train?config=")
    assert words(app).count("Phones and other computers can't open this link") == 1


def codes_of(app: AppTest) -> list[dict[str, Any]]:
    """Return what the QR codes of a page are given."""
    return components_of(app, "qr_code")


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address that others open."""
    monkeypatch.setenv("MNIST_LAB_PUBLIC_URL", "https://lab.example.org")
    get_settings.cache_clear()
    return "https://lab.example.org"


def test_a_qr_code_is_made_when_somebody_asks_for_it(open_page: OpenPage, public: str) -> None:
    app = open_page("train.py", config=LINK)
    (code,) = codes_of(app)
    assert code["url"] == linked(app)
    assert (code["name"], code["whole"]) == ("QR code: Link to these settings", "Full screen")
    assert code["alt"] == f"QR code that leads to {linked(app)}"
    assert "svg" not in code
    ask_for_code(app, "link_form_qr")
    (code,) = codes_of(app)
    assert code["svg"] == qr_svg(linked(app))
    app.run()
    assert codes_of(app)[0]["svg"] == code["svg"]
    app.sidebar.number_input(key="form_epochs").set_value(9).run()  # another link, which nobody asked for yet
    assert "svg" not in codes_of(app)[0]


def test_each_link_of_a_run_has_a_code_of_its_own_name(
    finished_run: FinishedRun, open_page: OpenPage, public: str
) -> None:
    record = finished_run(CONFIG, owner="someone")
    app = AppTest.from_function(link_script, args=(record.id,), default_timeout=120).run()
    assert [(code["url"].partition("?")[2][:3], code["name"]) for code in codes_of(app)] == [
        ("run", "QR code: Link to this run"),
        ("con", "QR code: Link to its settings"),
    ]


def test_what_only_this_computer_opens_has_no_code(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page("train.py", config=LINK)  # nobody knows of which address
    assert codes_of(app) == []
    monkeypatch.setattr(
        "pages._ui.parts.offered_link.offered_address", lambda *_: OfferedAddress("http://localhost:8501", "Alone.")
    )
    assert codes_of(app.run()) == []


def test_a_secret_link_is_kept_nowhere() -> None:
    def script() -> None:
        from pages._ui.parts.qr import qr_button

        qr_button("https://lab.example.org/your_data#link=s", "own", "My link", for_all=False)

    qr_svg.cache_clear()
    app = ask_for_code(AppTest.from_function(script).run(), "own_qr")
    (code,) = codes_of(app)
    assert code["svg"] == secret_qr_svg("https://lab.example.org/your_data#link=s")
    assert (code["alt"], code["whole"]) == ("QR code: My link", None)
    assert qr_svg.cache_info().currsize == 0


def test_without_its_library_the_dialog_says_so(
    open_page: OpenPage, public: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    qr_svg.cache_clear()
    app = ask_for_code(open_page("train.py", config=LINK), "link_form_qr")
    assert not app.exception
    assert "the library segno, which is missing here" in codes_of(app)[0]["refusal"]


def test_an_address_that_is_too_long_for_a_code_says_so(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_PUBLIC_URL", "https://lab.example.org/" + "x" * 3000)
    get_settings.cache_clear()
    app = ask_for_code(open_page("train.py", config=LINK), "link_form_qr")
    assert codes_of(app)[0]["refusal"] == "This address is too long for a QR code. Copy it instead."
