"""A trial of a network that never ends: ``python -m tests.slow_trial FOLDER``."""

import os
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    (Path(sys.argv[1]).parent / "trial.pid").write_text(str(os.getpid()))
    time.sleep(600)
