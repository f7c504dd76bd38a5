"""Code that uses a network of the Hub, as a card shows it. Code, with its comments, is English in every language."""

import json

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.text import English

_KERAS = """\
```python
import keras
import numpy as np
from PIL import Image

model = keras.saving.load_model("hf://USER/REPOSITORY")
image = Image.open("{file}").convert("L").resize((28, 28))
pixels = np.asarray(image, np.float32)[None] / 255  # invert it first where the ground is bright: 1 - pixels
probabilities = model.predict(pixels)[0]
print({names}[probabilities.argmax()], probabilities.max())
```"""
_ONNX = """\
```python
import numpy as np
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("model.onnx")
image = Image.open("{file}").convert("L").resize((28, 28))
pixels = np.asarray(image, np.float32)[None] / 255
probabilities = session.run(None, {{session.get_inputs()[0].name: pixels}})[0][0]
print({names}[probabilities.argmax()], probabilities.max())
```"""


def usage(config: RunConfig, t: English) -> str:
    """Return Markdown with the shortest programs that read a picture."""
    parts = [t("With ONNX Runtime, without Keras (`pip install onnxruntime numpy pillow`):"), _code(_ONNX, config)]
    if isinstance(config.model, NetworkConfig):
        keras = t("With Keras (`pip install keras tensorflow huggingface_hub pillow`):")
        parts = [keras, _code(_KERAS, config), *parts]
    return "\n\n".join(parts)


def _code(text: str, config: RunConfig) -> str:
    names = config.spec.class_names
    # Of a string, too, the place of a class gives its name, and ten letters are shorter than their list.
    written = "".join(names) if all(len(name) == 1 for name in names) else list(names)
    return text.format(file=config.spec.kind.notes.file, names=json.dumps(written, ensure_ascii=False))
