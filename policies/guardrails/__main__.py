"""`python -m guardrails docs`, run in policies/: writes docs/reference/rules."""

import sys

from guardrails.pages import write

if sys.argv[1:] != ["docs"]:
    sys.exit("python -m guardrails docs: writes docs/reference/rules from the rules; it takes no other argument")
print(f"{len(write())} pages in docs/reference/rules")
