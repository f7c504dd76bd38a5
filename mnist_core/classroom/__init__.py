"""A class of a school: its code, what its teacher sees of all at a glance, and what the teacher does with all at once.

Who may do what is decided by `mnist_core.store.classrooms`: everything here that is a teacher's takes the teacher's
secret. `codes` makes codes that one can read out and type on a phone, `wall` looks at all pupils, `acts` pauses and
stops what they train, `clearing` removes what belonged to a classroom that is over.

It knows the record of runs. It does not know how networks are trained, nor what pages show.
"""

from mnist_core.classroom.acts import hold_all, let_go_all, settle, stop_all
from mnist_core.classroom.clearing import clear_up
from mnist_core.classroom.codes import new_code, read_code
from mnist_core.classroom.wall import WallTile, wall

__all__ = ["WallTile", "clear_up", "hold_all", "let_go_all", "new_code", "read_code", "settle", "stop_all", "wall"]
