"""What is measured, each as a command; the results stand in README.md.

They are run by hand, and tests do not run them.
"""

import mnist_core.as_program  # noqa: F401
