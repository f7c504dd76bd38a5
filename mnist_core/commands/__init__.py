"""What ``python -m mnist_core`` can do, a module for each kind of command."""
