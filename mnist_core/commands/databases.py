"""The command database: bringing it up to date, checking it, moving it between a file and a server."""

import argparse

from mnist_core.commands.common import print_json
from mnist_core.commands.terminal import t
from mnist_core.settings import get_settings
from mnist_core.store import RunState, shared_store
from mnist_core.store.moving import copy_record, counts, other_database
from mnist_core.store.store import open_database


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command of this module to a parser."""
    parser = commands.add_parser("database", help=t("bring the record of runs up to date, check it, or move it"))
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    upgrade = actions.add_parser("upgrade", help=t("make the tables those of this version; done by each start too"))
    upgrade.set_defaults(command=_upgrade)
    check = actions.add_parser("check", help=t("count what there is, and name finished runs without their files"))
    check.add_argument("--json", action="store_true", help=t("print one JSON object"))
    check.set_defaults(command=_check)
    copy = actions.add_parser("copy", help=t("copy all records into an empty database; the files of runs stay"))
    copy.add_argument(
        "--to", required=True, metavar="URL", help=t("postgresql://user:password@host/name, or a home folder")
    )
    copy.set_defaults(command=_copy)


def _upgrade(_options: argparse.Namespace) -> int:
    database = open_database(get_settings())
    print(t("{database} is up to date.", database=database.name))
    database.close()
    return 0


def _check(options: argparse.Namespace) -> int:
    store = shared_store()
    store.database.check()
    rows = counts(store.database)
    finished = store.runs.find(states=[RunState.COMPLETED], limit=rows["runs"] + 1)
    without = [record.id for record in finished if not store.files(record.id).onnx.exists()]
    if options.json:
        print_json({"database": store.database.name, "rows": rows, "without_files": without})
    else:
        print(store.database.name)
        for name, count in rows.items():
            print(f"{name:10} {count:>10}")
        for run_id in without:
            print(t("The files of {run} are missing.", run=run_id))
    return 1 if without else 0


def _copy(options: argparse.Namespace) -> int:
    source = open_database(get_settings())
    target = other_database(get_settings(), options.to)
    copied = copy_record(source, target)
    print(t("{n:,} rows were copied to {database}.", n=sum(copied.values()), database=target.name))
    print(t("Start MNIST Lab with that database from now on; this one stays as it is."))
    source.close()
    target.close()
    return 0
