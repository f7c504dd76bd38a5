"""A visitor's own drawings with their right answers: what they are, files of them, and learning from them."""

from mnist_core.personal.csv_file import read_csv, write_csv
from mnist_core.personal.drawings import PersonalSet, content_hash
from mnist_core.personal.holding_out import ENOUGH, held_out
from mnist_core.personal.mix import Mix, make_mix, vary
from mnist_core.personal.npz_file import read_npz, write_npz

__all__ = [
    "ENOUGH",
    "Mix",
    "PersonalSet",
    "content_hash",
    "held_out",
    "make_mix",
    "read_csv",
    "read_npz",
    "vary",
    "write_csv",
    "write_npz",
]
