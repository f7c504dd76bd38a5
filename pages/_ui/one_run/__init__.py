"""One run, wherever a page shows it: chosen, named, with its badges, its progress and what its visitor may change.

It knows no page. What a run answered is in `judged`.
"""
