"""The learning rates of a test that finds one: they rise by equal factors, from far too small to far too large.

L. N. Smith, "Cyclical learning rates for training neural networks", 2015, section 3.3.
"""

LOWEST_RATE = 1e-6
"""A tenth of the least that a search tries: no optimizer moves a network visibly with it, so the curve begins flat."""
HIGHEST_RATE = 10.0
"""The largest learning rate that may be chosen: whatever is right for a network lies below."""


def rising_rate(step: float, steps: int) -> float:
    """Return the learning rate of a step.

    Parameters
    ----------
    step : float
        Batches done before it, 0 to `steps`; a fraction means a moment between two.
    steps : int
        Of the whole run.
    """
    return float(LOWEST_RATE * (HIGHEST_RATE / LOWEST_RATE) ** (step / max(steps, 1)))
