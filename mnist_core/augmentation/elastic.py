"""Random smooth displacements, as if the image were drawn on rubber."""

from functools import cache

import numpy as np

from mnist_core.augmentation.sampling import ONE, SIDE, Floats

KNOTS = 6  # along each side of the image
_SPREAD = 0.9  # standard deviation of a knot's influence, in distances between knots


@cache
def elastic_basis() -> Floats:
    """Return the influence of each knot on each pixel, shape (36, 784), float32, in 256ths of a pixel.

    With normally distributed knots (mean 0, standard deviation 1) every pixel's displacement is
    normal with a standard deviation of one pixel; neighbours move together over about a quarter of
    the image (a Gaussian of 4.9 pixels; Simard, Steinkraus and Platt used 4 in "Best Practices for
    Convolutional Neural Networks", 2003).
    """
    places = np.linspace(0, SIDE - 1, KNOTS)
    spread = _SPREAD * (SIDE - 1) / (KNOTS - 1)
    one_side = np.exp(-0.5 * ((np.arange(SIDE) - places[:, None]) / spread) ** 2)
    both = np.einsum("ar,bc->abrc", one_side, one_side).reshape(KNOTS**2, SIDE**2)
    basis: Floats = (both / np.sqrt((both**2).sum(axis=0)) * ONE).astype(np.float32)
    return basis
