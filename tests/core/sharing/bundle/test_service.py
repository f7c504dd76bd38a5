"""Bundles made for pages: by a child, once for all who ask, kept for a while."""

import os
from dataclasses import replace

from mnist_core.sharing.bundle.service import _make_room, bundle_path, file_name, ready_bundle, request_bundle
from tests.waiting import wait_until


def test_all_who_ask_share_one_bundle_and_it_is_made_again_once_swept(finished_run, store):
    record = finished_run()
    assert ready_bundle(record, store) is None
    assert request_bundle(record, store).state == "running"
    wait_until(lambda: request_bundle(record, store).state == "done", 120, "the bundle")
    path = ready_bundle(record, store)
    assert path is not None
    assert request_bundle(record, store).result == path
    path.unlink()
    assert request_bundle(record, store).state == "running"
    wait_until(lambda: request_bundle(record, store).state == "done", 120, "the bundle again")


def test_another_name_or_content_is_another_bundle(finished_run, store):
    record = finished_run()
    first = bundle_path(record, store)
    assert bundle_path(record, store) == first
    assert bundle_path(record, store, saved_model=True) != first
    assert bundle_path(record, store, language="de") != first
    assert bundle_path(replace(record, name="Other"), store) != first
    os.utime(store.files(record.id).onnx, ns=(1, 1))
    assert bundle_path(record, store) != first


def test_only_the_newest_bundles_are_kept(tmp_path):
    for number in range(30):
        path = tmp_path / f"bundle-{number:02}.zip"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    (tmp_path / "other.zip").write_bytes(b"")
    _make_room(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f"bundle-{number}.zip" for number in range(19, 30)] + ["other.zip"]


def test_a_download_has_a_name_that_every_system_takes(finished_run):
    assert file_name(finished_run(name="../Größe: 5 & <b>")) == "gr-e-5-b.zip"
    assert file_name(finished_run(name="数字")) == "run.zip"
