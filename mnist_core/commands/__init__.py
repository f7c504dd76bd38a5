"""What ``python -m mnist_core`` can do, a module for each kind of command.

Each module adds its commands to the parser, calls the other packages, and prints. It holds no logic of its own.
"""
