"""Files of runs in object storage: the second kind of `mnist_core.store.storage`; most labs have none.

`object_store` speaks S3, `published` is the table of what lies there, `object_storage` brings and publishes the files
of runs by both, `object_cache` keeps what was brought, `work` says what of a folder is not published yet, and
`object_upkeep` removes what nobody needs any more.
"""
