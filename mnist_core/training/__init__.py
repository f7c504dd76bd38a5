"""Training: from a claimed run to its result. Keras is imported inside functions only.

``python -m mnist_core.training.worker`` is one process for each run. It reads JSON lines from standard input
(``{"command": "run", "run_id": ..., "holder": ...}``, ``{"command": "stop"}``, ``{"command": "pause"}``); its end means
that the app is gone. It writes progress, metrics, checkpoints and the end of the run itself. Exit codes: 0 the end is
recorded (or the run was not its own), 1 the run failed, 4 the app is gone, 5 the end could not be written.

`fit` is one loop for all backends, and `steps` chooses how steps are done, by the configuration alone: the same seed
gives the same figures. With TensorFlow the training set lies in memory as bytes, and one XLA program gathers batches
and loops over them (`tensorflow_steps`). The order of images follows from seed and epoch, so a run that was paused
ends with the same weights, bit for bit, as one that was not. `augmented` wraps any steps and prepares changed images
in a thread.

A fine-tuned run begins with another run's weights and learns from a visitor's drawings among images that the base
knows (`mix`, `fine_tuning`). What it needs is copied as it is created, so the base may be deleted.

It does not know the queue: who trains when is decided by `mnist_core.engine`.
"""
