"""`make access`: who besides its own roles may reach what a stack holds, from the stack's own state.

    python -m local.reach                                             the local stack
    pulumi stack export --stack prod | python -m local.reach --state - --account 222222222222
"""

import argparse
import json
import sys
from pathlib import Path

from local.running import local_stack
from local.steps import Refusal, console, run_command
from platform_contract.platform.resource_policies import reaches, report
from platform_contract.platform.settings import EMBEDDED_ACCOUNT_ID


def main() -> int:
    parser = argparse.ArgumentParser(prog="make access", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", default="", help="what `pulumi stack export` printed: a file, or - for standard input")
    parser.add_argument("--account", default=EMBEDDED_ACCOUNT_ID, help="account of that stack, 12 digits")
    given = parser.parse_args(sys.argv[1:])
    if given.state:
        text = sys.stdin.read() if given.state == "-" else Path(given.state).read_text(encoding="utf-8")
    else:
        text = local_stack().call("stack", "export", "-s", "local")
    try:
        resources = json.loads(text)["deployment"].get("resources", [])
    except (ValueError, KeyError, TypeError):
        raise Refusal("this is not what `pulumi stack export` prints") from None
    if not resources:
        raise Refusal("the stack holds nothing: make up")
    found = reaches([(each["type"], each["urn"].rpartition("::")[2], each.get("inputs", {})) for each in resources], given.account)
    console.print(report(found), markup=False, soft_wrap=True)
    outside = [each for each in found if each.who in ("other account", "everybody")]
    console.print(f"\n{len(found)} in all, {len(outside)} of them for other accounts or everybody", markup=False)
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(run_command(main))
