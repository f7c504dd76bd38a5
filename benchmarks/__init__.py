"""What is measured, each as a command; the results stand in README.md.

They are run by hand; of them tests run `gpu_check` alone, with tiny sizes.
"""

import mnist_core.as_program  # noqa: F401
