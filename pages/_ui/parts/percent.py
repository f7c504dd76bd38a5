"""How sure a network is, in words: one way on all pages."""

from pages._ui.shell.i18n import t


def percent(share: float) -> str:
    """Return a share in percent, near its ends with a decimal; nothing that a network says is quite certain."""
    return fine_percent(share) if share >= 0.95 or share < 0.01 else t.number(share, ".0%")


def fine_percent(share: float) -> str:
    """Return a share in percent with a decimal."""
    return t.number(min(share, 0.999), ".1%")
