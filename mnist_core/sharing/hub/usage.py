"""Code that uses a network of the Hub, as a card shows it."""

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import get_spec

_KERAS = """\
With Keras (`pip install keras tensorflow huggingface_hub pillow`):

```python
import keras
import numpy as np
from PIL import Image

model = keras.saving.load_model("hf://USER/REPOSITORY")
image = Image.open("{file}").convert("L").resize((28, 28))
pixels = np.asarray(image, np.float32)[None] / 255  # invert it first where the ground is bright: 1 - pixels
probabilities = model.predict(pixels)[0]
print({names}[probabilities.argmax()], probabilities.max())
```

"""
_ONNX = """\
With ONNX Runtime, without Keras (`pip install onnxruntime numpy pillow`):

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


def usage(config: RunConfig) -> str:
    """Return Markdown with the shortest programs that read a picture."""
    spec = get_spec(config.data.dataset)
    text = _KERAS + _ONNX if isinstance(config.model, NetworkConfig) else _ONNX
    file = "digit.png" if spec.kind == "digits" else "piece.png"
    names = '"0123456789"' if spec.kind == "digits" else repr(list(spec.class_names)).replace("'", '"')
    return text.format(file=file, names=names)
