"""Pieces of the page Classroom: the door for everybody, the pupil's place, and the teacher's desk.

Which of them is shown follows from who asks: whoever has the teacher's secret in this browser teaches (`teacher`),
whoever joined by the code is a pupil (`pages._ui.shell.membership`).
"""
