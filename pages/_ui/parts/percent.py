"""How sure a network is, in words: one way on all pages."""


def percent(share: float) -> str:
    """Return a share in percent, near its ends with a decimal; nothing that a network says is quite certain."""
    return fine_percent(share) if share >= 0.95 or share < 0.01 else f"{share:.0%}"


def fine_percent(share: float) -> str:
    """Return a share in percent with a decimal."""
    return f"{min(share, 0.999):.1%}"
