"""The program's side of the handshake with the guardrails: unjudged, it registers nothing."""

from collections.abc import Mapping

import pulumi

from platform_contract.platform.guardrails import QUESTION_NAME, Answer, Nonce, note_preview, preview_passed, take

MOST_NAMES = 3
"""Of one level, that a message names."""
QUESTION = "Which guardrails judge this run?"
"""The stash's input. It never changes, so the stash is made once and stays; the nonce of a run travels in an option."""


async def refuse_unjudged(digest: str) -> Nonce:
    """Asks which guardrails judge this run; what it asked with. Raises RunError unless it is the pack with this digest, at its full levels.

    digest: of the pack's folder (`platform_contract.platform.guardrails.digest`); in a project of a product team's own, what the platform
    exports (`Platform.from_text(text).guardrails`).
    """
    nonce = Nonce.fresh()
    create, update, delete = nonce.timeouts
    options = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=create, update=update, delete=delete))
    question = pulumi.Stash(QUESTION_NAME, input=QUESTION, opts=options)
    await question.urn.future()  # the engine has shown it to the pack by then
    if problem := wrong(take(nonce), digest, pulumi.get_stack()):
        raise pulumi.RunError(problem)
    return nonce


def refuse_unpreviewed(nonce: Nonce, program: str) -> None:
    """In a preview, notes that it is one; in an update, raises RunError unless a preview of the same program has passed.

    What only several resources together show is judged when all are there: in an update without a preview, after they are made.
    program: a digest of all that decides what is registered.
    """
    if pulumi.runtime.is_dry_run():
        note_preview(nonce, program)
    elif not preview_passed(program):
        raise pulumi.RunError(
            "nothing was changed: no preview of this program, with these settings, was judged on this machine within the last day, and "
            "without one the guardrails see too late what only several resources together show. Run `pulumi up` without --skip-preview, "
            "or `pulumi preview` before it"
        )


def wrong(answers: list[Answer], digest: str, stack: str) -> str | None:
    """Why the run must not go on, with what to do; None where it is judged as it should be."""
    command = f"Run `make up STACK={stack}`, or `pulumi up -s {stack} --policy-pack policies`"
    if not answers:
        return f"nothing was changed: the guardrails do not judge this update. {command}"
    ours = [answer for answer in answers if answer.digest == digest]
    if not ours:
        seen = ", ".join(answer.digest[:12] for answer in answers)
        return (
            f"nothing was changed: the guardrails that judge this update (digest {seen}) are not those that this program "
            f"expects (digest {digest[:12]}), of which policies/ is the source. {command}"
        )
    if all(answer.weakened for answer in ours):
        return (
            f"nothing was changed: a configuration of the policy pack weakens the guardrails: {_weakened(ours[0].weakened)}. Run without it; "
            f"an exception is a waiver in policies/waivers.yaml, with reason, owner and date"
        )
    return None


def _weakened(levels: Mapping[str, str]) -> str:
    """A few names of each level, those that are not judged at all first: there may be hundreds."""
    told = []
    for level in sorted(set(levels.values()), key=lambda each: (each != "disabled", each)):
        names = sorted(policy for policy, its in levels.items() if its == level)
        more = f" and {len(names) - MOST_NAMES} more are" if len(names) > MOST_NAMES else " is" if len(names) == 1 else " are"
        told.append(f"{', '.join(names[:MOST_NAMES])}{more} {level}")
    return "; ".join(told)
