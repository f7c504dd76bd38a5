"""Pieces of the page Train: the form in the sidebar, the network, the run."""
