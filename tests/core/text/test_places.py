from pathlib import Path

import pytest

from mnist_core.text import without_folders


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The disk is full: /root/.mnist_lab/runs can't take more.", "The disk is full: …/runs can't take more."),
        ("[Errno 13] Permission denied: '/srv/my lab/runs/x.npz'", "[Errno 13] Permission denied: '…/x.npz'"),
        ('File "/usr/lib/python3.11/site-packages/keras/src/x.py", line 3', 'File "…/x.py", line 3'),
        ("(/root/a/b), /root/c/d; /x/y/", "(…/b), …/d; …/y/"),
        (r"C:\Users\me\lab\x.txt is missing", "…/x.txt is missing"),
    ],
)
def test_paths_keep_their_last_name_only(text, shown):
    assert without_folders(text, (Path("/srv/my lab"),)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8501/train?run=3",
        "https://example.org/a/b/c.gz",
        "and/or, 3/4, a/b/c",
        "~/lab/x",
        "No path at all.",
    ],
)
def test_what_is_no_path_of_this_computer_stays(text):
    assert without_folders(text) == text
