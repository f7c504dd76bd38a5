"""Networks that come with the program: one file each, put into the record of runs when the program starts."""

from mnist_core.sharing.shipped.catalogue import DEFAULT, SHIPPED, ShippedModel, find_shipped
from mnist_core.sharing.shipped.install import FOLDER, install_shipped

__all__ = ["DEFAULT", "FOLDER", "SHIPPED", "ShippedModel", "find_shipped", "install_shipped"]
