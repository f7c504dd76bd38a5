"""ONNX files as messages: written operator by operator, cut, and read as numbers, without the library of that name.

It knows operators and bytes. Which operators a layer has is said by the layer; ONNX Runtime carries them out elsewhere.
"""
