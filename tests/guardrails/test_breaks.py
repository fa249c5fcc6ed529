"""The mutation check: each property in breaks/, broken on a real resource of production, is found for that reason and no other.

`make check-guardrails` prints the score. What is noticed may not become less.
"""

import pytest
from breaking import Break, Broken, breaks
from recorded import Recorded

from tests.program.stacks import graph_of

BREAKS = breaks()
NOTICED_AT_LEAST = 373
"""How many of the list are noticed."""


@pytest.fixture(scope="module")
def production() -> Broken:
    return Broken(Recorded.of(graph_of("prod")))


@pytest.mark.parametrize("broken", BREAKS, ids=[each.id for each in BREAKS])
def test_a_broken_property_is_found_for_that_reason_alone(production: Broken, broken: Break) -> None:
    assert production.judged(broken) == broken.finds


def test_the_score() -> None:
    noticed = sum(1 for each in BREAKS if each.finds)
    print(f"\n{noticed} of {len(BREAKS)} broken properties of the production graph are noticed")
    assert len(BREAKS) >= 200
    assert noticed >= NOTICED_AT_LEAST
    assert len({(each.type, each.name, each.path, str(each.value)) for each in BREAKS}) == len(BREAKS)
