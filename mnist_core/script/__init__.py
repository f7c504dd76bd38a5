"""A run as Keras code: a script or a notebook that a learner can run alone, with the same figures.

It writes text and carries none of it out. A script is made of `Section` (title, comment, words for the notebook,
code), is shorter than 80 lines for every recipe, and is formatted as ruff does. It knows configurations, not runs. A
study's script (`search`) has less than 100: what it tries is a variable there (`named`), in a function of one `trial`.
Its comments and the words of the notebook are in the language of who reads them; names and what it prints are English.
"""

from mnist_core.script.network import files_beside, keras_code
from mnist_core.script.notebook import keras_notebook
from mnist_core.script.search import search_code

__all__ = ["files_beside", "keras_code", "keras_notebook", "search_code"]
