"""Methods from before neural networks, to compare networks with."""
