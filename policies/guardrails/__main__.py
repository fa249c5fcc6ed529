"""`python -m guardrails docs | check`, run in policies/: writes docs/reference/rules; or says whether the waivers are valid today."""

import sys

from guardrails.catalogue import RULES
from guardrails.pages import write
from guardrails.waivers import own_waivers

match sys.argv[1:]:
    case ["docs"]:
        print(f"{len(write())} pages in docs/reference/rules")
    case ["check"]:
        waivers = own_waivers({rule.id for rule in RULES})
        if problems := "\n".join(waivers.problems()):
            sys.exit(problems)
        print(f"{len(RULES)} rules, {len(waivers.entries)} waivers")
    case _:
        sys.exit(
            "python -m guardrails docs: writes docs/reference/rules. python -m guardrails check: are the waivers valid today?"
        )
