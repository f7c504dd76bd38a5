"""One file a version of the database, the oldest first; see `mnist_core.store.migrations`."""
