"""Pieces of the page Draw: the board, photos, corrections, teaching.

`board` puts them together: `reading` asks a network, `answer` has the words, `models`, `steps` and `tools` the rest.
The answer comes first; what takes longer, such as the occlusion map, comes last in the script.
"""
