"""A visitor's own drawings with their right answers: what they are, and files of them.

Of each class a quarter is held back to judge by (`holding_out`): that is decided as a drawing is kept and never
again. It does not store them (`mnist_core.store.drawings`) and does not train (`mnist_core.training.fine_tuning`).
"""

from mnist_core.drawing.personal.csv_file import read_csv, write_csv
from mnist_core.drawing.personal.drawings import PersonalSet, content_hash
from mnist_core.drawing.personal.holding_out import ENOUGH, EVERY, held_out, holds_next
from mnist_core.drawing.personal.npz_file import read_npz, write_npz
from mnist_core.drawing.personal.turning import TURNS, Lie, dark_on_light, find_lie, turned
from mnist_core.drawing.personal.varied import VARIED

__all__ = [
    "ENOUGH",
    "EVERY",
    "TURNS",
    "Lie",
    "PersonalSet",
    "VARIED",
    "content_hash",
    "dark_on_light",
    "find_lie",
    "held_out",
    "holds_next",
    "read_csv",
    "read_npz",
    "turned",
    "write_csv",
    "write_npz",
]
