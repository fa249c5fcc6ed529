"""`python -m guardrails docs | check | waivers [COMMIT]`, run in policies/: writes docs/reference/rules; says whether the waivers are valid today; prints them."""

import sys

from guardrails.catalogue import RULES
from guardrails.pages import write
from guardrails.register import register, waivers_of
from guardrails.waivers import own_waivers

match sys.argv[1:]:
    case ["docs"]:
        print(f"{len(write())} pages in docs/reference/rules")
    case ["check"]:
        waivers = own_waivers({rule.id for rule in RULES})
        if problems := "\n".join(waivers.problems()):
            sys.exit(problems)
        print(f"{len(RULES)} rules, {len(waivers.entries)} waivers")
    case ["waivers", *commits]:
        ids = {rule.id for rule in RULES}
        try:
            print(register(own_waivers(ids), waivers_of(commits[0], ids) if commits else None))
        except ValueError as wrong:
            sys.exit(str(wrong))
    case _:
        sys.exit(
            "python -m guardrails docs: writes docs/reference/rules. python -m guardrails check: are the waivers valid today? "
            "python -m guardrails waivers [COMMIT]: all of them, with days left and what is new since the commit"
        )
