"""The program's side of the handshake with the guardrails: unjudged, it registers nothing."""

import pulumi

UNJUDGED = "none"
"""What the program says; the guardrails' remediation puts their version in its place before the program hears it back."""


async def refuse_unjudged() -> str:
    """Registers the question and returns the guardrails' version. Raises RunError if nothing answered.

    Awaits `input`, never `output`: a stash keeps the output of its first update.
    """
    question = pulumi.Stash("guardrails", input=UNJUDGED)
    answer = await question.input.future()
    if not answer or answer == UNJUDGED:
        stack = pulumi.get_stack()
        raise pulumi.RunError(
            "nothing was changed: the guardrails do not judge this update. Run `make up STACK="
            f"{stack}`, or `pulumi up -s {stack} --policy-pack policies`"
        )
    return str(answer)
