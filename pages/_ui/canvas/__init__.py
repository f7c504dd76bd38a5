"""The canvas on which one draws, and its steps: undo, redo, clear, samples.

It gives strokes, not pixels. What is made of them is `mnist_core.drawing`.
"""
