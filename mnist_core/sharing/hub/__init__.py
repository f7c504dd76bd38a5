"""A run as a repository for the Hugging Face Hub: its model card and the files beside it.

It writes files and sends nothing anywhere. Names and drawings of visitors are in none of them.
"""
