"""What whoever runs an installation sees of it from outside: metrics, and whether it is ready for visitors.

`exposition` writes what this process counts (`mnist_core.system.instruments`), what the record of runs holds and what
the workers take as Prometheus reads it; `port` serves that on a port of its own. `readiness` looks whether everything
is there that a visitor needs. Both are asked by machines every few seconds: an answer is kept for a moment (`cached`).

It knows no visitor: neither who they are nor what they wrote or drew is in anything that it says. It does not know
Streamlit; the addresses of its answers are in `pages/_ui/shell/seen.py`.
"""

from mnist_core.monitoring.exposition import Exposition, check_library
from mnist_core.monitoring.port import metrics_port
from mnist_core.monitoring.readiness import Readiness

__all__ = ["Exposition", "Readiness", "check_library", "metrics_port"]
