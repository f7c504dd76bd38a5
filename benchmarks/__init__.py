"""What is measured, each as a command; the results stand in README.md."""

import mnist_core.as_program  # noqa: F401
