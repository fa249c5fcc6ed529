"""`python -m operations VERB`: what a developer and on-call do with a stack, by its inventory."""

import argparse
import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from operations import flags, invoke, logs, owners, probe, prune, redrive, schedule, secret
from operations.errors import OperationError
from operations.inventory import read
from operations.releases import promote as promotion
from operations.releases import verbs
from operations.versions import KEPT_VERSIONS


def positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number from 1 on")
    return int(text)


def seconds(text: str) -> float:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number of seconds")
    return float(text)


def arguments(argv: list[str]) -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--inventory", metavar="FILE", help="the stack's inventory as JSON, - for standard input; else `pulumi` is asked for it")
    common.add_argument("--stack", help="the stack whose inventory `pulumi` is asked for (default: the selected one)")
    parser = argparse.ArgumentParser(prog="python -m operations", description=__doc__)
    commands = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    log = commands.add_parser("logs", parents=[common], help="what a function logged, one line each")
    log.add_argument("function", metavar="WORKLOAD/FUNCTION")
    log.add_argument("--correlation", default="", metavar="ID", help="only the lines of this request")
    log.add_argument("--since", default="1h", metavar="TIME", help="how far to look back: 30s, 10m, 2h, 1d (default: 1h)")
    log.add_argument("--follow", action="store_true", help="goes on until it is interrupted")
    log.set_defaults(run=logs.lines)

    call = commands.add_parser("invoke", parents=[common], help="runs a function once with an event, and shows its answer")
    call.add_argument("function", metavar="WORKLOAD/FUNCTION")
    call.add_argument("event", metavar="EVENT", help="a file with JSON, - for standard input, or JSON itself")
    call.set_defaults(run=invoke.lines)

    value = commands.add_parser("secret", parents=[common], help="gives a secret a value, which is typed or piped in")
    value.add_argument("name", metavar="WORKLOAD/SECRET")
    value.set_defaults(run=secret.lines)

    timed = commands.add_parser("run-schedule", parents=[common], help="runs a schedule's function once, now")
    timed.add_argument("schedule", metavar="WORKLOAD/FUNCTION[-INDEX]", help="the number of the trigger only if the function has several schedules")
    timed.set_defaults(run=schedule.lines)

    login = commands.add_parser(
        "probe-login", parents=[common], help="gives the probe of a workload what it proves itself with",
        description="Makes a user for the probe in the managed user pool, with a password that nobody sees, reads the value of its API key, and puts both into "
        "its secret. Again: another password.",
    )  # fmt: skip
    login.add_argument("workload")
    login.set_defaults(run=probe.lines)

    registry = commands.add_parser("owners", parents=[common], help="every workload: who answers for it, its last release, whether it keeps what it promises")
    registry.add_argument("--page", metavar="FILE", help="writes the table into FILE as a page of Markdown instead")
    registry.set_defaults(run=owners.lines)

    back = commands.add_parser(
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

    new = commands.add_parser(
        "release", parents=[common], help="callers get the newest version of a workload's functions, checked before and after",
        description="Checks the newest version of every function by the workload's smoke events, gives it traffic as the stack wants it, watches, and "
        "goes back by itself. On the embedded cloud all traffic moves at once, because it has no CodeDeploy and gives weights no effect.",
    )  # fmt: skip
    new.add_argument("workload", nargs="?")
    new.add_argument("--all", action="store_true", help="every workload whose newest version is not live")
    new.add_argument("--again", action="store_true", help="also versions that were taken back before")
    new.add_argument("--ignore-alarms", action="store_true", help="on AWS: goes on though alarms fire; for the release that mends what they tell of")
    new.add_argument("--observe", type=seconds, default=0, metavar="SECONDS", help="on the embedded cloud: how long to watch before the last check (default: 0)")
    new.set_defaults(run=verbs.release, interrupted="callers have the version before")

    next_ = commands.add_parser(
        "promote", parents=[common], help="what is live and healthy in one stack becomes live in the next",
        description="Releases a workload in the stack of --stack or --inventory, if the same code is live and healthy in the stack of --from; else it says "
        "everything that is missing. Two accounts: --from-profile and --profile name the credentials of each.",
    )  # fmt: skip
    next_.add_argument("workload")
    next_.add_argument("--from", dest="origin", required=True, metavar="STACK", help="where it is live, such as dev")
    next_.add_argument("--from-inventory", dest="origin_inventory", metavar="FILE", help="that stack's inventory as JSON; else `pulumi` is asked for it")
    next_.add_argument("--from-profile", dest="origin_profile", metavar="PROFILE", help="credentials for that stack's account")
    next_.add_argument("--profile", metavar="PROFILE", help="credentials for this stack's account")
    next_.set_defaults(run=promotion.promote, interrupted="callers have the version before", all=False, again=False, ignore_alarms=False, observe=0)

    few = commands.add_parser(
        "prune", parents=[common], help="deletes versions of functions that nobody goes back to",
        description=f"Deletes versions of functions, the platform's own included: the {KEPT_VERSIONS} newest stay, the live one, and those that a rollback goes back to. "
        "Each release does so for what it releases; this is for pilots, which are not released.",
    )  # fmt: skip
    few.add_argument("workload", nargs="?")
    few.add_argument("--all", action="store_true", help="every workload of the stack")
    few.set_defaults(run=prune.lines, interrupted="what was deleted is gone, and nobody misses it; run it again for the rest")

    old = commands.add_parser("rollback", parents=[common], help="callers get the versions before the last release, at once")
    old.add_argument("workload")
    old.set_defaults(run=verbs.rollback)

    history = commands.add_parser("releases", parents=[common], help="the releases of a workload: when, who, what came of each")
    history.add_argument("workload")
    history.set_defaults(run=verbs.releases)
    switch = commands.add_parser(
        "flags", parents=[common], help="feature flags of a workload: what is on, and switching it",
        description="get: what is on. set FLAG on|off: gradually, as the stack wants it, and taken back by AppConfig when an alarm of the workload fires. "
        "back: takes the last change back at once. clear: deletes old versions, before the flags themselves are taken away.",
    )  # fmt: skip
    switch.add_argument("workload")
    switch.add_argument("action", choices=("get", "set", "back", "clear"))
    switch.add_argument("flag", nargs="?", help="name of the flag in the workload's manifest")
    switch.add_argument("value", nargs="?", choices=tuple(flags.VALUES))
    switch.add_argument("--at-once", action="store_true", help="all functions at once, whatever the stack wants")
    switch.add_argument("--ignore-alarms", action="store_true", help="alarms take nothing back meanwhile; to switch off what they tell of")
    switch.set_defaults(run=flags.lines, interrupted="the change goes on; `flags WORKLOAD back` takes it back")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    options = arguments(argv)
    try:
        for line in options.run(options, read(options.inventory, options.stack)):
            print(line, flush=True)
    except (OperationError, BotoCoreError, ClientError) as error:
        print(f"Refused: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read has seen enough, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for what the interpreter flushes at its end
        return 0
    except KeyboardInterrupt:
        print(f"\nInterrupted{': ' + options.interrupted if 'interrupted' in options else ''}.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
