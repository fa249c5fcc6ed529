"""What the logs of a path must say about one request: a judgement on lines that were read before."""

from collections.abc import Iterable, Mapping
from typing import Any

Line = Mapping[str, Any]


def missing_hops(
    expected: Iterable[str],
    lines: Mapping[str, list[Line]],
    correlation: str,
    subject: Mapping[str, str] | None = None,
    batched: Iterable[str] = (),
    others: Mapping[str, str] | None = None,
) -> list[str]:
    """What is wrong with the logs of a path, empty if nothing is.

    `expected`: the functions of the path; `lines`: function -> its lines, of other requests too. Of each function

    - some line carries `correlation`;
    - no line that names the request's `subject` (field -> value: `{"loan_id": ...}`) carries another id, but for the one that
      `others` allows for this function: of a second request about the same thing;
    - no line of an invocation that carries it carries another one, unless the function is `batched`: what comes in batches of
      several requests is judged by its subject alone.
    """
    wrong = []
    for function in expected:
        of_request = [line for line in lines.get(function, []) if line.get("correlation_id") == correlation]
        if not of_request:
            wrong.append(f"{function}: no line carries {correlation}")
            continue
        invocations = {line.get("function_request_id") for line in of_request} - {None} if function not in set(batched) else set()
        allowed = {correlation, (others or {}).get(function, correlation)}
        for line in lines[function]:
            named = next((f"{field}={value}" for field, value in (subject or {}).items() if line.get(field) == value), "")
            if line.get("function_request_id") in invocations and line.get("correlation_id") != correlation:
                named = named or "the same invocation"
            elif line.get("correlation_id") in allowed:
                continue
            if named:
                wrong.append(f"{function}: {line.get('message')!r} about {named} carries {line.get('correlation_id') or 'no id'}")
    return wrong
