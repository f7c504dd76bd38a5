"""Films on pages: the slider that moves all parts of a film, and how its moments are told.

The browser goes from moment to moment by itself: a page sends all of them once and is asked nothing meanwhile. The
slider says the new place by the event "lab-film", and each part shows its own frame. What is shown of a film is
computed in `mnist_core.film` and drawn by `mnist_core.figures.film`; nothing here trains or predicts.
"""
