"""`python -m operations VERB`: what a developer and on-call do with a stack, by its inventory."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from operations import invoke, logs, redrive, schedule, secret
from operations.errors import OperationError
from operations.inventory import read


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

    log = verbs.add_parser("logs", parents=[common], help="what a function logged, one line each")
    log.add_argument("function", metavar="WORKLOAD/FUNCTION")
    log.add_argument("--correlation", default="", metavar="ID", help="only the lines of this request")
    log.add_argument("--since", default="1h", metavar="TIME", help="how far to look back: 30s, 10m, 2h, 1d (default: 1h)")
    log.add_argument("--follow", action="store_true", help="goes on until it is interrupted")
    log.set_defaults(run=logs.lines)

    call = verbs.add_parser("invoke", parents=[common], help="runs a function once with an event, and shows its answer")
    call.add_argument("function", metavar="WORKLOAD/FUNCTION")
    call.add_argument("event", metavar="EVENT", help="a file with JSON, - for standard input, or JSON itself")
    call.set_defaults(run=invoke.lines)

    value = verbs.add_parser("secret", parents=[common], help="gives a secret a value, which is typed or piped in")
    value.add_argument("name", metavar="WORKLOAD/SECRET")
    value.set_defaults(run=secret.lines)

    timed = verbs.add_parser("run-schedule", parents=[common], help="runs a schedule's function once, now")
    timed.add_argument("schedule", metavar="WORKLOAD/FUNCTION[-INDEX]", help="the number of the trigger only if the function has several schedules")
    timed.set_defaults(run=schedule.lines)

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
    back.set_defaults(run=redrive.lines, interrupted="what was taken and not moved is in the dead-letter queue")
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
        print(f"\nInterrupted{': ' + options.interrupted if 'interrupted' in options else ''}.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
