"""`python -m operations VERB`: what on-call does with a stack, by its inventory."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations import redrive
from operations.errors import OperationError
from operations.inventory import queue_of, read
from operations.letters import DeadLetters
from platform_contract.inventory import Inventory


def redrive_lines(options: argparse.Namespace, inventory: Inventory) -> Iterator[str]:
    """Why messages were given up (--dry-run), or the move of them."""
    workload, queue = queue_of(inventory, options.workload, options.queue)
    clients = clients_in(inventory.region)
    if options.dry_run:
        yield from redrive.dry_run(clients, workload, queue, options.limit)
        return
    dead = DeadLetters(clients("sqs"), queue.dead_letter_url)
    if not dead.count():
        yield f"{queue.dead_letter_name} is empty"
    elif options.limit or options.discard or redrive.is_embedded(clients("sqs")):
        moved = redrive.by_hand(clients, queue, options.limit, options.discard)
        yield from redrive.told(moved, dead, queue)
        if missing := sorted(set(options.discard) - set(moved.discarded)):
            raise OperationError(f"not seen in {queue.dead_letter_name}, so not discarded: {', '.join(missing)}")
    else:
        yield from redrive.by_task(clients, queue)


def clients_in(region: str) -> Callable[[str], Any]:
    """boto3's clients with the caller's credentials, in the stack's region; one of each service."""

    @cache
    def client(service: str) -> Any:
        return boto3.client(service, region_name=region)

    return client


def positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number from 1 on")
    return int(text)


def arguments(argv: list[str]) -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--inventory", metavar="FILE", help="the stack's inventory as JSON, - for standard input; else `pulumi` is asked for it")
    common.add_argument("--stack", help="the stack whose inventory `pulumi` is asked for (default: the selected one)")
    parser = argparse.ArgumentParser(prog="python -m operations", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    back = verbs.add_parser(
        "redrive", parents=[common], help="moves the dead letters of a queue back into it",
        description="Moves the dead letters of a queue back into it, in their order, under new message ids. All of them by SQS's own "
        "move; with --limit or --discard, and on the embedded cloud, one by one.",
    )  # fmt: skip
    back.add_argument("workload")
    back.add_argument("queue", help="name of the queue in the workload's manifest")
    back.add_argument("--dry-run", action="store_true", help="lists the messages and why each is there; moves none")
    back.add_argument("--limit", type=positive, metavar="N", help=f"at most N messages (a dry run lists {redrive.LISTED} unless told)")
    back.add_argument("--discard", action="append", default=[], metavar="MESSAGE_ID", help="deletes this message instead of moving it, for good")
    back.set_defaults(run=redrive_lines)
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    options = arguments(argv)
    try:
        for line in options.run(options, read(options.inventory, options.stack)):
            print(line, flush=True)
    except (OperationError, BotoCoreError, ClientError) as error:
        print(f"Refused: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: what was taken and not moved is in the dead-letter queue.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
