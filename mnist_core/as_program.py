"""Imported before everything else by each program of ours: what libraries read is ours alone."""

import os
import warnings

from mnist_core.system.libraries import use_own_environment

if os.environ.get("PYTHONWARNINGS"):  # read already: with "error" a library's hint about its next version ends a run
    warnings.resetwarnings()
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", category)  # as Python begins
use_own_environment()
