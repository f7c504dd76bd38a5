"""The command recover: from a lost database back to a record of all runs."""

import argparse

from mnist_core.commands.common import LOCAL, name_of, print_json
from mnist_core.commands.terminal import t
from mnist_core.recovery import bring_back, reopened
from mnist_core.settings import get_settings
from mnist_core.sharing.shipped import install_shipped


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command of this module to a parser."""
    parser = commands.add_parser("recover", help=t("bring back the runs that a lost or damaged database had"))
    parser.add_argument(
        "--share", action="store_true", help=t("let everyone look at runs of which it is not known whose they were")
    )
    parser.add_argument("--json", action="store_true", help=t("print one JSON object"))
    parser.set_defaults(command=_recover)


def _recover(options: argparse.Namespace) -> int:
    with reopened(get_settings()) as (store, aside):
        install_shipped(store)
        done = bring_back(store, aside, share=options.share)
        back = [row for row in store.listing.rows(LOCAL) if row.id in done.runs]
    if options.json:
        print_json(
            {
                "aside": str(done.aside) if done.aside else None,
                "copy": str(done.copy) if done.copy else None,
                "runs": done.runs,
                "missing": done.missing,
                "untold": done.untold,
                "drawings": done.drawings,
            }
        )
        return 0
    for row in back:
        print(f"{row.id}  {row.state.value:11}  {name_of(row)}")
    for words in done.words(t) or [t("Nothing was missing.")]:
        print(words)
    return 0
