"""Making the record of runs anew after the database was lost.

It knows copies of the database and what each run's folder says. Folders say more than a copy; a row without a folder
was removed after the copy. It is not needed while the database is whole.
"""

from mnist_core.recovery.recover import Recovered, bring_back, reopened

__all__ = ["Recovered", "bring_back", "reopened"]
