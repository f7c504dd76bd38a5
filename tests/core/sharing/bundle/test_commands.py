"""`bundle` and `import` on the command line."""

import json
import os

import pytest

from mnist_core.__main__ import main
from mnist_core.commands.common import chatter_held_back
from mnist_core.config import DataConfig, LogisticConfig, RunConfig

LOGISTIC = RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig())


def test_a_run_goes_out_and_comes_back(finished_run, store, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    record = finished_run(LOGISTIC, name="Travels")
    umask = os.umask(0o027)
    try:
        assert main(["bundle", record.id]) == 0
    finally:
        os.umask(umask)
    assert f"{record.id}.zip: 0." in capsys.readouterr().out
    assert (tmp_path / f"{record.id}.zip").stat().st_mode & 0o777 == 0o640, "the umask decides who may read it"
    assert main(["import", f"{record.id}.zip", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "Travels"
    back = store.runs.get(told["run_id"])
    assert back.imported is not None
    assert back.owner is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bundle", "20250101-000000-00000000"], "There is no run 20250101"),
        (["import", "nothing.zip"], "can't be opened: No such file"),
        (["import", "."], "can't be opened"),
        (["import", "evil.zip"], "This is no zip file"),
    ],
)
def test_bad_input_gives_a_sentence_and_exit_code_2(arguments, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.zip").write_bytes(b"\x80\x04")
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_what_libraries_print_is_held_back(capfd):
    with chatter_held_back():
        os.write(1, b"compiled chatter\n")
        os.write(2, b"more of it\n")
    os.write(1, b"afterwards\n")
    assert capfd.readouterr() == ("afterwards\n", "")


def test_what_libraries_printed_is_shown_where_it_went_wrong(capfd):
    def work():
        with chatter_held_back():
            os.write(2, b"the reason\n")
            raise ValueError("no use")

    with pytest.raises(ValueError, match="no use"):
        work()
    assert capfd.readouterr() == ("", "the reason\n")
