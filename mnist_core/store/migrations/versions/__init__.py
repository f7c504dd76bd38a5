"""One file a version of the database, the oldest first: what it changes in a file of the version before.

A version that was delivered is never changed. It knows no runs; `mnist_core.store.migrations` says how it is found.
"""
