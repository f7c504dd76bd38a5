"""Whether training works and is fast on a graphics card: everything in one command.

``python -m benchmarks.gpu_check --data FOLDER`` (or ``make gpu-check``) measures the card's limits, trains every recipe
for an epoch beside plain Keras ``fit`` on the same backend in turn (A B A B), some recipes whole, two runs at once on
one card, the same seed twice, a run that is killed and goes on, and memory that runs out. It prints a table and, as
its last line, one JSON object. Each row is a process of its own, so one that fails costs no other; rows for which no
time is left say so. ``--device cpu`` does the same with tiny sizes on the processor.

Needed: Python 3.11 to 3.13, the published data in FOLDER (mnist.npz, fashion-mnist/; without it images are made up), no
network connection, ``jax[cuda13]``, and these wheels (31 MB together): keras absl-py h5py namex optree packaging rich
pygments markdown-it-py mdurl pydantic pydantic-core pydantic-settings python-dotenv annotated-types typing-extensions
typing-inspection sqlalchemy psutil pillow tensorboard protobuf. nvidia-ml-py tells the card's memory where it is there.
TensorFlow may be missing: its rows then say so.
"""
