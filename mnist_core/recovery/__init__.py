"""Making the record of runs anew after the database was lost."""

from mnist_core.recovery.recover import Recovered, bring_back, reopened

__all__ = ["Recovered", "bring_back", "reopened"]
