"""What a trained network says, without Keras: from strokes or a picture file to an answer with its sureness.

`pictures` and `readings` (and `network`, the exported graph) know no runs: copies of them lie in bundles. `classifier`,
`layers` and `sureness` know runs. Nothing here knows how networks are trained, or how an answer is shown.
"""

from mnist_core.inference.classifier import Classifier, SharedNetwork, open_classifier, open_session
from mnist_core.inference.layers import LayerOutput, Layers, open_layers
from mnist_core.inference.network import open_graph
from mnist_core.inference.pictures import content_of, find_in, parts_of
from mnist_core.inference.readings import Answer, Reading, answer_to, error_as_json, read_parts
from mnist_core.inference.sureness import USUAL_SURENESS, measure_sureness, sure_from

__all__ = [
    "USUAL_SURENESS",
    "Answer",
    "Classifier",
    "LayerOutput",
    "Layers",
    "SharedNetwork",
    "Reading",
    "answer_to",
    "content_of",
    "error_as_json",
    "find_in",
    "measure_sureness",
    "open_classifier",
    "open_graph",
    "open_layers",
    "open_session",
    "parts_of",
    "read_parts",
    "sure_from",
]
