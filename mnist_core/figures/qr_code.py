"""An address as a QR code, which a phone's camera opens."""

from functools import lru_cache

from mnist_core.errors import LinkError
from mnist_core.text import Sentence, Translator

QUIET = 4  # modules of white around it, the least that ISO/IEC 18004 asks for
_TOO_LONG: Sentence = "This address is too long for a QR code. Copy it instead."
_NO_LIBRARY: Sentence = (
    "QR codes need the library segno, which is missing here: pip install -r requirements.txt brings it. Until then "
    "copy the address."
)


@lru_cache(maxsize=64)  # a class looks at the same few
def qr_svg(address: str) -> str:
    """Return an address that everyone may know as a QR code, as `secret_qr_svg` does; it is kept for the next one."""
    return secret_qr_svg(address)


def secret_qr_svg(address: str) -> str:
    """Return an address as a QR code.

    As few modules as it can have, so that a camera reads it from the last row, and of all levels of correction that fit
    into those the highest.

    Parameters
    ----------
    address : str

    Returns
    -------
    str
        SVG without a size of its own, black on white in any theme, a unit for each module.

    Raises
    ------
    LinkError
        If it has more than fits into a QR code, 2,953 bytes, or the library is missing.
    """
    # Imported here: most visitors never ask for one. An update may have come without its libraries.
    try:
        import segno
    except ImportError as error:
        raise LinkError(_NO_LIBRARY) from error

    try:
        code = segno.make_qr(address, error="l", boost_error=True)
    except segno.DataOverflowError as error:
        raise LinkError(_TOO_LONG) from error
    return code.svg_inline(border=QUIET, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None)


def qr_alt(address: str, t: Translator) -> str:
    """Return one sentence that says what is seen there."""
    return t("QR code that leads to {address}", address=address)
