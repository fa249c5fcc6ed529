"""What AWS limits as a whole: the last plan that fits and the first that does not, by AWS's own numbers."""

import pytest

from platform_contract.manifest import Manifest
from platform_contract.plan.limits import characters, plan_limits, too_large
from platform_contract.plan.model import WorkloadPlan
from platform_contract.plan.roles import role_documents
from platform_contract.planning import plan_all, plan_workload
from platform_contract.platform import boundary
from platform_contract.platform.base import LimitPlan
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.quotas import DOCUMENTS
from platform_contract.platform.settings import Settings

from .samples import everything, manifest, put, settings

ALL_VERBS = ["get", "batch-get", "query", "put", "update", "delete", "batch-write", "check"]


def planned(*breaks, judged: Settings | None = None) -> WorkloadPlan:
    return plan_workload(Manifest.model_validate(manifest(*breaks)), judged or settings())


def refused(*breaks, judged: Settings | None = None) -> list[str]:
    with pytest.raises(ProblemsError) as wrong:
        planned(*breaks, judged=judged)
    return [str(problem) for problem in wrong.value.problems]


def limit(plan: WorkloadPlan, kind: str, name: str) -> LimitPlan:
    return next(each for each in plan.limits if (each.kind, each.name) == (kind, name))


def tables(**verbs: list[str]):
    names = {name.replace("_", "-"): given for name, given in verbs.items()}
    return (put("tables", {"orders": {"partition_key": "id"}} | {name: {"partition_key": "id"} for name in names}),
            put("functions.api.uses", names))  # fmt: skip


ROLE = ("role", "dev-orders-api-eu-west-1")


def policies_of_exactly(size: int):
    """Breaks that give the function `api` inline policies of `size` characters: by how long the names of tables are."""
    many = {f"table{number:02}": ALL_VERBS for number in range(17)}

    def measured(put_more: int, query_more: int) -> int:
        named = tables(**many, **{"p" * (3 + put_more): ["put"], "q" * (3 + query_more): ["query"]})
        return limit(planned(*named), *ROLE).size

    missing = size - measured(0, 0)
    assert measured(1, 0) - measured(0, 0) == 2, "a letter of a table that is put to is in the Sid and in one ARN"
    assert measured(0, 1) - measured(0, 0) == 3, "and of one that is queried in the ARN of its indexes, too"
    query_more = missing % 2
    put_more, rest = divmod(missing - 3 * query_more, 2)
    assert rest == 0 <= put_more
    return tables(**many, **{"p" * (3 + put_more): ["put"], "q" * (3 + query_more): ["query"]})


def test_inline_policies_of_a_role():
    """IAM takes 10,240 characters of all inline policies of a role together."""
    fits = planned(*policies_of_exactly(10_240))
    assert limit(fits, *ROLE).size == 10_240
    assert limit(fits, *ROLE).left_percent == 0
    assert refused(*policies_of_exactly(10_241)) == [
        "workloads/orders.yaml: functions.api: makes 10241 characters of all inline policies of a role together (dev-orders-api-eu-west-1), "
        '1 more than the 10240 that AWS takes (IAM guide, "IAM and AWS STS quotas"; cannot be raised); split the function by what needs '
        "which, or name fewer verbs"
    ]


def test_environment_of_a_function():
    """Lambda takes 4,096 bytes, measured as one JSON object: with the variables that the platform sets."""
    taken = limit(planned(put("functions.api.environment", {"TEXT": ""})), "environment", "dev-orders-api").size
    room = 4096 - taken
    assert limit(planned(put("functions.api.environment", {"TEXT": "x" * room})), "environment", "dev-orders-api").size == 4096
    assert limit(planned(put("functions.api.environment", {"TEXT": "ü" * (room // 2)})), "environment", "dev-orders-api").size in (4095, 4096)
    assert refused(put("functions.api.environment", {"TEXT": "x" * (room + 1)})) == [
        "workloads/orders.yaml: functions.api: makes 4097 bytes of environment variables of a function (dev-orders-api), 1 more than the 4096 "
        'that AWS takes (Lambda guide, "Lambda quotas": names and values together; Lambda measures them as one JSON object); put large values '
        "into a file beside the code, or split the function by what needs which"
    ]


def test_a_function_that_uses_too_many_resources_for_its_environment():
    used = {f"shipments-of-the-{number:02}th-warehouse-of-the-shop": ["get"] for number in range(40)}
    assert any("bytes of environment variables of a function (dev-orders-api)" in told for told in refused(*tables(**used)))


def listening(triggers: int):
    event = {"event": {"bus": "notices", "pattern": {"source": ["shop"], "detail_type": ["paid"]}}}
    return put("buses", {"notices": {}}), put("functions.worker.triggers", [event] * triggers)


def test_resource_policy_of_a_function():
    """Lambda takes 20,480 bytes of the policy of an alias, to which each event trigger adds a statement."""
    least, most = 1, 200
    while most - least > 1:
        middle = (least + most) // 2
        try:
            planned(*listening(middle))
            least = middle
        except ProblemsError:
            most = middle
    fits = limit(planned(*listening(least)), "function", "dev-orders-worker")
    one_more = fits.size - limit(planned(*listening(least - 1)), "function", "dev-orders-worker").size
    assert fits.size <= 20_480 < fits.size + one_more + 2, "two digits more in the number of the rule"
    (told,) = refused(*listening(least + 1))
    assert told.startswith(
        f"workloads/orders.yaml: functions.worker.triggers: makes {fits.size + one_more} bytes of resource policy of a function's alias "
        f"(dev-orders-worker), {fits.size + one_more - 20_480} more than the 20480 that AWS takes"
    )
    assert told.endswith("give the function fewer triggers: one event trigger with a wider pattern, or a function for each group of them")


def test_policy_of_the_queue_of_failures():
    """SQS takes 8,192 bytes: reached after the function's own policy, and told beside it."""
    told = refused(*listening(120))
    assert [each.split(" (")[0].split(" of ", 1)[1] for each in told] == ["resource policy of a function's alias", "policy of a queue"]
    assert limit(planned(*listening(30)), "queue", "dev-orders-worker-failed").left_percent > 50


def test_policy_of_a_key():
    """KMS takes 32,768 bytes; for restricted data, the policy names every role that may use the key."""

    def with_roles(letters: int) -> Settings:
        names = [f"{number:04}" + "r" * 60 for number in range(300)] + ["p" * letters + "/on-call"]
        return settings(restricted_data={"deploying_roles": ["deploy"], "break_glass_roles": names})

    restricted = put("data_class", "restricted")
    room = 32_768 - limit(planned(restricted, judged=with_roles(1)), "key", "alias/dev-orders").size
    assert limit(planned(restricted, judged=with_roles(1 + room)), "key", "alias/dev-orders").size == 32_768
    assert refused(restricted, judged=with_roles(2 + room)) == [
        "workloads/orders.yaml: data_class: makes 32769 bytes of policy of a key (alias/dev-orders), 1 more than the 32768 that AWS takes (KMS "
        'guide, "Resource quotas"; cannot be raised); split the workload, or name fewer roles in `restricted_data`: the policy names each of them'
    ]


def test_the_boundary_fits_with_the_longest_names():
    for region, partition in (("us-gov-east-1", "aws-us-gov"), ("ap-southeast-1", "aws"), ("cn-northwest-1", "aws-cn")):
        document = boundary.boundary_document("123456789012", region, "production12", partition)
        assert characters(document) <= 6144 == DOCUMENTS["boundary"].most
    plan = planned(judged=settings(environment="production12", region="ap-southeast-1"))
    assert limit(plan, "boundary", "serverless-platform-boundary-production12-ap-southeast-1").left_percent >= 5, "the next service of the boundary needs room"


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_is_larger_is_refused_whatever_it_is(kind):
    plan = plan_workload(Manifest.model_validate(everything()), settings())
    measured = [each for each in plan.limits if each.kind == kind]
    assert measured, f"nothing of a workload with everything is a {kind}"
    for by, told in ((0, 0), (1, 1)):
        grown = measured[0].model_copy(update={"size": measured[0].most + by})
        assert len(list(too_large(plan.model_copy(update={"limits": (grown,)}), "f"))) == told


def test_every_role_and_function_is_measured():
    plan = plan_workload(Manifest.model_validate(everything()), settings())
    assert sorted(role.name for role in role_documents(plan)) == plan.role_names()
    functions = {it.physical_name for it in (*plan.functions.values(), *(each.function for each in plan.rotations.values()))}
    assert {each.name for each in plan.limits if each.kind == "environment"} == functions
    assert {each.name for each in plan.limits if each.kind == "role"} == set(plan.role_names())
    assert plan_limits(plan, settings()) == plan.limits


def test_white_space_is_not_counted_by_iam():
    assert characters({"a": "b c", "d": 1}) == len('{"a":"bc","d":1}')


def test_all_workloads_are_told_at_once():
    one, two = (Manifest.model_validate(manifest(put("name", name), put("functions.api.environment", {"TEXT": "x" * 5000}))) for name in ("orders", "billing"))
    with pytest.raises(ProblemsError) as wrong:
        plan_all({"orders": one, "billing": two}, settings())
    assert [problem.file for problem in wrong.value.problems] == ["workloads/orders.yaml", "workloads/billing.yaml"]
