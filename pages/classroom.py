"""Classroom: a class of a school, for who teaches it and who is in it."""

from pages._ui.classroom.desk import desk
from pages._ui.classroom.door import asked_code, door
from pages._ui.classroom.pupil import pupil_place
from pages._ui.classroom.teacher import taught_here
from pages._ui.parts.components import page_header
from pages._ui.shell.i18n import t
from pages._ui.shell.membership import own_place

page_header(
    t("Classroom"), t("A class learns together: a code to join, and a wall on which its teacher sees everybody.")
)
taught, place, code = taught_here(), own_place(), asked_code()
if taught:
    desk(taught)
elif place is not None and code in ("", place[0].code):
    pupil_place(place[0], place[1].nickname)
else:
    door(place[0] if place is not None else None)
