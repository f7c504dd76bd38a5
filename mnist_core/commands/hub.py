"""Commands that make what the Hugging Face Hub expects: card, hub."""

import argparse
import shlex
from pathlib import Path

from mnist_core.commands.common import chosen_run, print_document, print_written, run_help
from mnist_core.commands.terminal import t
from mnist_core.sharing.hub.card import model_card
from mnist_core.sharing.hub.folder import card_facts, repository, write_card, write_repository
from mnist_core.store import shared_store


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    card = commands.add_parser("card", help=t("print a run's model card, in the format of the Hugging Face Hub"))
    card.add_argument("run", metavar="RUN", help=run_help())
    card.add_argument("--out", type=Path, metavar="FILE", help=t("write it into this file instead"))
    card.set_defaults(command=_card)

    hub = commands.add_parser("hub", help=t("make a folder of a run that can be pushed to the Hugging Face Hub"))
    hub.add_argument("run", metavar="RUN", help=run_help())
    hub.add_argument("--out", type=Path, metavar="FOLDER", required=True, help=t("a folder that is new or empty"))
    hub.set_defaults(command=_hub)


def _card(options: argparse.Namespace) -> int:
    record = chosen_run(options.run)
    text = model_card(card_facts(shared_store(), record), t)
    if options.out is None:
        print_document(text)
    else:
        write_card(text, options.out)
        print_written(options.out, t("The model card is in {file}", file=options.out))
    return 0


def _hub(options: argparse.Namespace) -> int:
    record, store = chosen_run(options.run), shared_store()
    write_repository(repository(store.files(record.id), card_facts(store, record), t), options.out)
    print(t("The repository is in {folder}. To publish it (pip install huggingface_hub):", folder=options.out))
    print("hf auth login")
    print(f"hf upload USER/REPOSITORY {shlex.quote(str(options.out))} .")
    return 0
