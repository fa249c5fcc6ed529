"""`make token [USER=anna] [GROUPS=approvers,...]`: a token of the local stack's user pool, alone on standard output."""

import argparse
import sys

from local.running import running
from local.smoke import USER
from local.steps import run_command


def main() -> None:
    parser = argparse.ArgumentParser(prog="make token", description=__doc__)
    parser.add_argument("--user", default=USER, help=f"who it is for; made if there is none of that name (default: {USER})")
    parser.add_argument("--groups", default="", help="comma-separated groups that the user is put into")
    options = parser.parse_args()
    groups = [group for group in options.groups.split(",") if group]
    print(running().token_for(options.user, *groups))


if __name__ == "__main__":
    sys.exit(run_command(main))
