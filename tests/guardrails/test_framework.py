"""What holds for all rules: complete tables, real properties, crashes that refuse, unknowns that are told, threads."""

import functools
import inspect
import json
import os
import re
import sys
import threading
import typing
from pathlib import Path

import pulumi
import pulumi_policy.policy as sdk
import pytest
from guardrails.catalogue import RULES
from guardrails.documents.model import parse
from guardrails.judge import JOINED, SOUND, Judge
from guardrails.memory import Memory
from guardrails.pack import PACK_NAME, policies
from guardrails.pages import FOLDER, pages
from guardrails.resource import RENAMED, STACK, Resource, Stack
from guardrails.rule import UNKNOWN, Case, Given, Level, Rule, Scope, Severity
from guardrails.rules.plain_http import TLS, policy_text
from guardrails.rules.tagging import TAGGED
from guardrails.values import SENTINELS, Undecided, Unknown, Values
from guardrails.waivers import Waivers
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi_policy import EnforcementLevel
from wire import POLICIES, Server, Told, urn

QUEUE = "aws:sqs/queue:Queue"
TLS_ONLY = policy_text(TLS)
PROMISED = Path(__file__).parent / "promised.txt"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_aws")

MADE = {
    "apigatewayv2": ("Api", "Authorizer", "Integration", "Route", "Stage"),
    "budgets": ("Budget",),
    "cloudwatch": ("CompositeAlarm", "LogGroup", "MetricAlarm"),
    "cognito": ("UserPool", "UserPoolClient"),
    "dynamodb": ("Table",),
    "iam": ("Policy", "Role", "RolePolicy"),
    "kms": ("Alias", "Key"),
    "lambda_": ("Alias", "EventSourceMapping", "Function", "LayerVersion", "Permission"),
    "s3": ("Bucket", "BucketLifecycleConfiguration", "BucketOwnershipControls", "BucketPolicy", "BucketPublicAccessBlock",
           "BucketServerSideEncryptionConfiguration", "BucketVersioning"),
    "sns": ("Topic", "TopicPolicy", "TopicSubscription"),
    "sqs": ("Queue", "QueuePolicy", "RedriveAllowPolicy"),
    "xray": ("Group",),
}  # fmt: skip
"""Classes of pulumi_aws that the platform makes."""


READ = sorted({(t, p) for r in RULES for t, paths in r.reads.items() for p in paths if t.startswith("aws:")})
"""What components tell (`serverless-platform:...`) is compared with the program's registrations instead."""


def provider_class(token: str) -> type:
    """The class of pulumi_aws for `aws:sqs/queue:Queue`."""
    module, name = re.fullmatch(r"aws:(\w+)/\w+:(\w+)", token).groups()
    module = {"lambda": "lambda_"}.get(module, module)
    found = getattr(__import__(f"pulumi_aws.{module}", fromlist=[name]), name)
    assert found.pulumi_type == token
    return found


@functools.cache
def declared(cls: type) -> dict[str, type | None]:
    """camelCase property -> class of the nested mapping, for a resource or nested type of pulumi_aws."""
    known = vars(pulumi) | vars(sys.modules[cls.__module__])
    found = {}
    for name, value in inspect.getmembers(cls, lambda member: isinstance(member, property)):
        wire_name = getattr(value.fget, "_pulumi_name", name)
        hint = typing.get_type_hints(value.fget, known).get("return")
        found[wire_name] = next(
            (each for each in _flat(hint) if inspect.isclass(each) and each.__module__.endswith("outputs")), None
        )
    return found


def _flat(hint: object) -> list:
    return [hint, *(inner for each in typing.get_args(hint) for inner in _flat(each))]


@pytest.mark.parametrize(("token", "path"), READ)
def test_what_rules_read_exists_in_the_provider(token: str, path: str) -> None:
    current: type | None = provider_class(token)
    for step in path.split("."):
        if current is None:  # a free mapping, such as tags
            return
        properties = declared(current)
        assert step in properties, f"{token} has no {path}: no {step} among {sorted(properties)}"
        current = properties[step]


def test_a_misspelt_property_would_be_noticed() -> None:
    assert "kmsMasterKeyId" in declared(provider_class(QUEUE))
    assert "kmsMasterKeyID" not in declared(provider_class(QUEUE))
    assert declared(provider_class("aws:lambda/function:Function"))["tracingConfig"] is not None


def test_every_taggable_type_that_the_platform_makes_needs_an_owner() -> None:
    taggable = set()
    for module, names in MADE.items():
        for name in names:
            found = getattr(__import__(f"pulumi_aws.{module}", fromlist=[name]), name)
            if "tags" in declared(found):
                taggable.add(found.pulumi_type)
    assert taggable == set(TAGGED)


def test_ids_are_unique_and_explain_themselves() -> None:
    names = [policy.name for policy in policies(RULES)]
    assert len(names) == len(set(names))  # the SDK does not notice
    for rule in RULES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){2,7}", rule.id)
        assert rule.title.endswith(".") and rule.why.endswith(".") and not rule.fix.endswith(".")
        assert rule.sources and (rule.check or rule.check_stack)
        assert bool(rule.check_stack) == bool(rule.joins)


def test_every_rule_has_a_passing_a_refused_and_an_unknown_case() -> None:
    for rule in RULES:
        assert len({case.name for case in rule.cases}) == len(rule.cases), rule.id
        for scope, wanted in ((Scope.RESOURCE, rule.check), (Scope.STACK, rule.check_stack)):
            cases = [case for case in rule.cases if case.scope is scope]
            assert bool(cases) == bool(wanted), (rule.id, scope)
            if cases:
                assert any(not case.finds and not case.waits for case in cases), (rule.id, scope)
                assert any(case.finds for case in cases), (rule.id, scope)
        looks_at_properties = any(rule.reads.values())  # a rule about types has nothing to wait for
        assert any(case.waits for case in rule.cases) == looks_at_properties, rule.id


def test_the_rules_that_this_pack_promises() -> None:
    """A rule that is renamed or dropped is a change of tests/guardrails/promised.txt, which somebody reviews."""
    rules = [f"{rule.id}{' (opt-in)' if rule.level is Level.OPT_IN else ''}" for rule in RULES]
    if os.environ.get("UPDATE_GOLDEN"):
        PROMISED.write_text("\n".join(rules) + "\n", encoding="utf-8")
    assert rules == PROMISED.read_text(encoding="utf-8").splitlines()


def test_pages_are_what_the_rules_say() -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert on_disk == pages(), "run `make docs`"


def test_the_server_offers_what_the_table_holds(server: Server) -> None:
    info = server.info()
    offered = {policy.name: policy for policy in info.policies}
    expected = {rule.id for rule in RULES if rule.check} | {rule.id + JOINED for rule in RULES if rule.check_stack}
    assert info.name == PACK_NAME
    assert set(offered) == expected | {"guardrails-can-judge", "waivers-are-used", "decided-in-the-update"}
    assert offered["decided-in-the-update"].enforcementLevel == 0  # advisory
    levels = {Level.MANDATORY: 1, Level.ADVISORY: 0, Level.OPT_IN: 2}
    for rule in RULES:
        names = [name for name, check in ((rule.id, rule.check), (rule.id + JOINED, rule.check_stack)) if check]
        assert {offered[name].enforcementLevel for name in names} == {levels[rule.level]}


def waiting(server: Server, queues: list[Given], stack: str) -> list[Told]:
    """What the server tells of the stack about values that are not known yet; what the queues lack beside them is not asked here."""
    return [told for told in server.analyze_stack(queues, stack) if told.policy == "decided-in-the-update"]


def test_everything_that_waits_is_told_once(server: Server) -> None:
    queues = [Given(QUEUE, {"policy": TLS_ONLY, "kmsMasterKeyId": UNKNOWN, "tags": {"owner": "a"}}, f"q{n}") for n in range(6)]
    for queue in queues:
        assert server.analyze(queue, "waiting") == []
    (told,) = waiting(server, queues, "waiting")
    assert (told.policy, told.level) == ("decided-in-the-update", "advisory")
    assert "  sqs-queue-is-encrypted: kmsMasterKeyId of Queue 'q0', Queue 'q1', Queue 'q2', Queue 'q3' and 2 more" in told.message
    for queue in queues:  # the update: known now, and right
        known = Given(QUEUE, {"policy": TLS_ONLY, "kmsMasterKeyId": "arn:aws:kms:a:0:key/b", "tags": {"owner": "a"}}, queue.name)
        assert server.analyze(known, "waiting") == []
    assert waiting(server, queues, "waiting") == []


@pytest.mark.parametrize("by", ["request", "environment"])
def test_what_is_unknown_in_an_update_is_refused(by: str) -> None:
    environment = {"PULUMI_DRY_RUN": "false"} if by == "environment" else {}
    with Server(POLICIES, **environment) as updating:
        if by == "request":
            updating.configure_stack(dry_run=False)
        queue = Given(QUEUE, {"policy": TLS_ONLY, "kmsMasterKeyId": UNKNOWN, "tags": {"owner": "a"}}, "q")
        (told,) = updating.analyze(queue, "update")
        assert told.level == "mandatory"
        assert (
            "Queue 'q': kmsMasterKeyId is still unknown in the update.\nGive it a value that the program knows." in told.message
        )
        assert waiting(updating, [queue], "update") == []
        updating.configure_stack(dry_run=True)
        assert updating.analyze(queue, "preview") == ([told._replace(urn=urn(queue, "preview"))] if by == "environment" else [])


def broken(level: Level = Level.MANDATORY, scope: Scope = Scope.RESOURCE) -> Rule:
    def check(resource: Resource, _: object):
        yield from ()
        raise KeyError("oops")

    where = {"check": check} if scope is Scope.RESOURCE else {"check_stack": check, "joins": (QUEUE,)}
    case = Case("none", Given(QUEUE, {}))
    return Rule(
        "a-broken-rule", "Broken.", "Test.", "repair it", Severity.LOW, {QUEUE: ()}, (case,), ("test",), level=level, **where
    )


def of_queue(name: str) -> Resource:
    return Resource(QUEUE, name, f"urn:pulumi:s::p::t::{name}", Values({}))


@pytest.mark.parametrize("level", [Level.MANDATORY, Level.ADVISORY])
def test_a_rule_that_crashes_refuses_by_name(level: Level) -> None:
    (told,) = Judge([broken(level)], Waivers()).resource(of_queue("q"))
    (sound,) = [policy for policy in policies(RULES) if policy.name == SOUND]
    assert (told.policy, sound.enforcement_level) == (SOUND, EnforcementLevel.MANDATORY)
    assert told.message == (
        "Queue 'q': rule a-broken-rule could not judge it and so refuses it (KeyError: 'oops').\n"
        "Repair the rule in policies/guardrails/rules, or waive it for a limited time in policies/waivers.yaml"
    )


def test_a_crash_over_one_resource_does_not_spare_the_next() -> None:
    told = Judge([broken(scope=Scope.STACK)], Waivers()).stack(Stack((of_queue("q0"), of_queue("q1"))))
    assert [(each.policy, each.message[:10]) for each in told] == [(SOUND, "Queue 'q0'"), (SOUND, "Queue 'q1'")]


def test_a_server_of_the_sdk_in_the_place_of_ours_fails_and_does_not_pass() -> None:
    theirs = sdk._PolicyAnalyzerServicer(PACK_NAME, "0", policies(RULES), EnforcementLevel.MANDATORY)
    with pytest.raises(AssertionError, match="must install it"):
        theirs.Analyze(messages.AnalyzeRequest(type=QUEUE), None)
    with pytest.raises(AssertionError, match="must install it"):
        theirs.AnalyzeStack(messages.AnalyzeStackRequest(), None)


def test_stack_and_stash_pass_with_the_waivers_of_the_repository(server: Server) -> None:
    assert server.analyze(Given(STACK, {}, "p-s"), "valid") == []


@pytest.mark.parametrize("sentinel", sorted(SENTINELS))
def test_an_unknown_of_any_kind_can_be_passed_on_but_not_used(sentinel: str) -> None:
    values = Values({"a": {"b": [sentinel, 1]}, "c": sentinel})
    found = values.get("a.b.0")
    assert isinstance(found, Unknown) and found.path == "a.b.0"
    assert isinstance(values.get("c.d.e"), Unknown)
    assert values.get("a.b.1") == 1
    assert values.get("a.b.7") is None and values.get("x.y") is None
    for use in (bool, str, int, list, len, lambda v: v == 1, lambda v: "x" in v, lambda v: v["k"], lambda v: v.startswith("a")):
        with pytest.raises(Undecided, match=re.escape("a.b.0 is not known before the update")):
            use(found)
    with pytest.raises(Undecided):
        values.plain()


def test_memory_is_bounded_and_shared_by_threads() -> None:
    memory = Memory(limit=100)

    def fill(thread: int) -> None:
        for n in range(300):
            props = Values({"name": f"q{thread}-{n}"})
            memory.remember(Resource(QUEUE, "q", f"urn:pulumi:s{thread}::p::t::q", props))
            memory.wait("r", Resource(QUEUE, "q", f"urn:pulumi:s{thread}::p::t::{n}", props), ["x"] if n % 2 else [])

    threads = [threading.Thread(target=fill, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(memory._entries) == 100
    asking = Resource(QUEUE, "q", "urn:pulumi:s1::p::t::q", Values({}))
    assert len(memory.waits(asking)) == 150
    assert memory.find(asking, QUEUE, "q0-299") is None  # of another stack


def test_four_callers_at_once_get_their_own_answers(server: Server) -> None:
    answers: dict[int, list] = {}

    def ask(n: int) -> None:
        props = {"tags": {"owner": "a"}} | ({"kmsMasterKeyId": "arn:aws:kms:a:0:key/b"} if n % 2 else {})
        answers[n] = [len(server.analyze(Given(QUEUE, props, f"q{n}-{i}"), f"thread-{n}")) for i in range(20)]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {0: [1] * 20, 1: [0] * 20, 2: [1] * 20, 3: [0] * 20}


def test_nothing_but_the_pack_is_built_at_the_top() -> None:
    source = (Path(inspect.getfile(policies)).parents[1] / "__main__.py").read_text()
    assert "print(" not in source.split('"""')[2]


def test_deprecated_types_are_judged_as_those_that_replace_them() -> None:
    for old, new in RENAMED.items():
        assert provider_class(old) and provider_class(new)


def test_a_policy_document_is_parsed_once_for_all_rules() -> None:
    document = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::only-here/*"}})
    policy = Resource("aws:iam/rolePolicy:RolePolicy", "r", "urn:pulumi:s::p::t::r", Values({"policy": document}))
    before = parse.cache_info()
    assert Judge(RULES, Waivers()).resource(policy) == []
    after = parse.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 0)  # all rules share what the resource holds
    assert after.maxsize == 2048
