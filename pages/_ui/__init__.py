"""What pages are made of: packages for all of them, and one package for each page.

Who may import whom: `shell`, below `parts` and `canvas`, below `cache` and `reading`, below `judged` and `one_run`,
below the pages' own packages. No page's package imports another page's.
"""
