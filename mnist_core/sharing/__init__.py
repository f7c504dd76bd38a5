"""A run outside of this computer: bundles, networks that come with the program, folders for the Hugging Face Hub.

It knows finished runs and files. How they were trained, and who may have them, is decided elsewhere.
"""
