"""What pages are made of: `shell`, `parts` and `cache` for all, and one package for each page."""
