"""The machine below us: files, memory, processors and cards, child processes, the background thread, libraries.

It knows nothing of networks, runs or visitors. Other parts ask it instead of the operating system.
"""
