"""Hundreds of hostile files: each ends in a picture or in a sentence, soon, in little memory, and leaves nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile_files import hostile_files
from tests.untraced import uncounted

ROOT = Path(__file__).parents[3]
SECONDS = 3.0  # of a processor, for one file
MEGABYTES = 450  # more than before, code that is loaded then included; 421 for the largest WebP (benchmarks/README.md)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return what became of all files, read one after the other in a process of its own in an empty folder."""
    folder, empty = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("empty")
    names = []
    for index, (name, data) in enumerate(hostile_files()):
        (folder / f"{index:04}").write_bytes(data)
        names.append(name)
    # Nothing counts its lines: that would be most of its time, and it is timed.
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile_files", str(folder)],
        capture_output=True,
        text=True,
        cwd=empty,
        env=uncounted(os.environ) | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert len(report["files"]) == len(names)
    for entry, name in zip(report["files"], names, strict=True):
        entry["name"] = name
    return report | {"left": sorted(empty.rglob("*")), "errors": done.stderr}


def test_there_are_at_least_two_hundred_and_no_two_have_the_same_name(report):
    names = [entry["name"] for entry in report["files"]]
    assert len(names) >= 200
    assert len(set(names)) == len(names)


def test_each_is_read_or_refused_in_words(report):
    assert not [entry for entry in report["files"] if entry["outcome"].startswith("UNEXPECTED")]
    for entry in report["files"]:
        words = entry["outcome"]
        assert words == "" or (words[0].isupper() and words.endswith(".") and len(words) < 250), entry


def test_no_decoder_complains_past_the_words(report):
    assert report["errors"] == ""


def test_each_takes_a_short_time(report):
    assert not [(entry["name"], entry["seconds"]) for entry in report["files"] if entry["seconds"] > SECONDS]


def test_memory_stays_bounded(report):
    assert report["peak_mb"] - report["before_mb"] < MEGABYTES


def test_nothing_is_written_or_sent(report):
    assert report["touched"] == []
    assert report["left"] == []


def test_what_is_no_picture_is_never_read_as_one(report):
    others = [entry for entry in report["files"] if entry["name"].startswith("other_kinds: ")]
    for entry in others:
        # What is a picture, whatever is hidden behind or inside it, is looked at as this picture.
        if entry["name"].endswith((" behind it", " in a comment")):
            continue
        assert entry["outcome"], entry
        assert "was found" not in entry["outcome"], entry
