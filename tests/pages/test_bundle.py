"""Taking a run away and bringing it back, on a small page of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, LogisticConfig, RunConfig
from mnist_core.settings import get_settings
from mnist_core.sharing.bundle import ready_bundle
from mnist_core.store import RunRecord, RunState, Store
from mnist_core.text import plain
from tests.bundle_files import bundle_of, changed, members
from tests.waiting import wait_until

FinishedRun = Callable[..., RunRecord]


def take_away_page(run_id: str) -> None:
    from mnist_core.store import shared_store
    from pages._ui.runs.bundle import bundle_part
    from pages._ui.shell.errors import errors_in_words

    with errors_in_words():
        bundle_part(shared_store().runs.get(run_id))


def import_page() -> None:
    from pages._ui.runs.bundle import import_view

    import_view()


@pytest.fixture(autouse=True)
def _no_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))


def taken(record: RunRecord) -> AppTest:
    return AppTest.from_function(take_away_page, kwargs={"run_id": record.id}, default_timeout=120).run()


def words(app: AppTest) -> str:
    return " ".join(str(element.value) for kind in ("markdown", "caption", "error") for element in getattr(app, kind))


def test_a_bundle_is_made_by_a_child_process_and_can_be_downloaded(finished_run: FinishedRun, store: Store) -> None:
    record = finished_run(RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig()), name="Böse & Söhne")
    app = taken(record)
    assert "reads any photo or drawing exactly as these pages do" in words(app)
    app.button(key=f"bundle_make_{record.id}").click().run()
    wait_until(lambda: ready_bundle(record, store) is not None, 120, "the bundle")
    app.run()
    (button,) = app.get("download_button")
    assert button.proto.label.startswith("Download the bundle (")
    path = ready_bundle(record, store)
    assert path is not None
    with path.open("rb") as file:
        assert json.loads(members(file.read())["run/manifest.json"])["name"] == "Böse & Söhne"
    assert not app.exception


def test_a_bundle_that_could_not_be_made_says_why_and_can_be_tried_again(
    finished_run: FinishedRun, store: Store
) -> None:
    record = finished_run()
    onnx = store.files(record.id).onnx
    content = onnx.read_bytes()
    onnx.write_bytes(b"broken")
    app = taken(record)
    app.button(key=f"bundle_make_{record.id}").click().run()

    def says() -> bool:
        app.run()
        return bool(app.error)

    wait_until(says, 60, "the reason")
    assert "model of this run is missing or damaged" in app.error[0].value
    onnx.write_bytes(content)
    app.run()
    assert app.button(key=f"bundle_make_{record.id}")


def test_a_run_without_a_model_has_nothing_to_take_away(finished_run: FinishedRun, store: Store) -> None:
    run_id = store.new_runs.create(finished_run().config, "Waits")
    app = taken(store.runs.get(run_id))
    assert "Once the run has a model" in words(app)
    assert not app.button


def imported(data: bytes) -> AppTest:
    app = AppTest.from_function(import_page, default_timeout=120).run()
    app.file_uploader(key="import_file_0").set_value(("mine.zip", data, "application/zip"))
    return app.run()


def test_a_bundle_is_brought_back_once_and_belongs_to_the_visitor(
    finished_run: FinishedRun, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, str]] = []
    # A page of its own knows no others to link to.
    monkeypatch.setattr(
        "streamlit.page_link", lambda _page, *, label, query_params, **_: shown.append((label, query_params["run"]))
    )
    record = finished_run(name="[Mine](http://evil)")
    app = imported(bundle_of(record, store, tmp_path))
    assert not app.exception
    assert not app.error
    (new,) = [run for run in store.runs.find() if run.id != record.id]
    assert new.state is RunState.COMPLETED
    assert new.owner is not None
    assert new.imported is not None
    assert "The run is back" in words(app)
    assert shown[-1] == (f"Open “{plain('[Mine](http://evil)')}”", new.id)
    app.run()
    assert len(store.runs.find()) == 2


def test_a_hostile_bundle_is_refused_in_words_and_nothing_is_kept(
    finished_run: FinishedRun, store: Store, tmp_path: Path
) -> None:
    record = finished_run()
    app = imported(changed(bundle_of(record, store, tmp_path), {"../../evil.py": b"import os"}))
    assert "lead out of its folder" in app.error[0].value
    assert not app.exception
    assert [run.id for run in store.runs.find()] == [record.id]


def test_where_uploads_are_switched_off_nothing_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_UPLOADS", "0")
    get_settings.cache_clear()
    app = AppTest.from_function(import_page, default_timeout=120).run()
    assert not app.get("file_uploader")


def test_an_imported_run_says_so_on_its_page(
    open_page: Callable[..., AppTest], finished_run: FinishedRun, store: Store, tmp_path: Path
) -> None:
    from mnist_core.sharing.bundle import import_bundle

    record = import_bundle(bundle_of(finished_run(), store, tmp_path), store)
    app = open_page("train.py", run=record.id)
    assert "Imported: trained on" in app.get("progress")[0].proto.text
