"""Networks that come with the program: one bundle each, put into the record of runs when the program starts.

`catalogue` has names, words, licences and versions: a larger version replaces a smaller one in every home folder,
never the other way. Nobody may change a shipped run, and limits and estimates do not count it. It trains nothing
itself.
"""

from mnist_core.sharing.shipped.catalogue import DEFAULT, SHIPPED, ShippedModel, find_shipped
from mnist_core.sharing.shipped.install import FOLDER, install_shipped

__all__ = ["DEFAULT", "FOLDER", "SHIPPED", "ShippedModel", "find_shipped", "install_shipped"]
