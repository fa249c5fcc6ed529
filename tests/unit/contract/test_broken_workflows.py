"""Every way to get a workflow wrong is told with its state, rule and fix, word by word."""

import pytest

from .samples import TODAY, drop, everything, problems_with, put

DECIDE = "workflows.decide"
STATES = "workflows.decide.states"
EACH = "workflows.decide.states.Look.Branches.1.States.Each"
PRICE = "workflows.price"

BROKEN = [
    ("unknown start", [put(f"{DECIDE}.start_at", "Validat")],
     "workflows.decide.start_at=Validat: is no state here; there is Validate, Is it valid, Look, Later, Ask, Done, Failed; did you mean "
     "'Validate'?"),
    ("unknown state behind another", [put(f"{STATES}.Validate.Next", "Is it vali")],
     "workflows.decide.states.Validate.Next=Is it vali: is no state here; there is Validate, Is it valid, Look, Later, Ask, Done, Failed; "
     "did you mean 'Is it valid'?"),
    ("state that is no name", [put(f"{STATES}.Validate.Next", ["Look"])],
     "workflows.decide.states.Validate.Next=Look: is no state here; there is Validate, Is it valid, Look, Later, Ask, Done, Failed; did "
     "you mean 'Look'?"),
    ("unknown state for the rest", [put(f"{STATES}.Is it valid.Default", "Faild")],
     "workflows.decide.states.Is it valid.Default=Faild: is no state here; there is Validate, Is it valid, Look, Later, Ask, Done, "
     "Failed; did you mean 'Failed'?"),
    ("unknown state behind an error", [put(f"{STATES}.Validate.Catch", [{"ErrorEquals": ["States.ALL"], "Next": "Fail"}])],
     "workflows.decide.states.Validate.Catch[0].Next=Fail: is no state here; there is Validate, Is it valid, Look, Later, Ask, Done, "
     "Failed; did you mean 'Failed'?"),
    ("state outside of its branch", [put(f"{STATES}.Look.Branches.0.States.One", {"Type": "Task", "Function": "validate", "Next": "Later"})],
     "workflows.decide.states.Look.Branches[0].States.One.Next=Later: is no state here; there is One; correct it"),
    ("state that nothing leads to", [put(f"{STATES}.Lost", {"Type": "Succeed"})],
     "workflows.decide.states.Lost: is never reached; let a state lead to it, or remove it"),
    ("neither Next nor End", [drop(f"{STATES}.Later.Next")],
     "workflows.decide.states.Later: has neither Next nor End: true; say what follows"),
    ("both Next and End", [put(f"{STATES}.Later.End", True)],
     "workflows.decide.states.Later: has both Next and End; keep the one that is meant"),
    ("Next of an end", [put(f"{STATES}.Failed.Next", "Done")],
     "workflows.decide.states.Failed.Next: is not for a Fail; remove it"),
    ("round and round", [put(f"{PRICE}.states", {"Price": {"Type": "Task", "Function": "price", "Next": "Wait"}, "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Price"}})],
     "workflows.price.states: have no end: each leads to another one, round and round; let one have End: true, or add a Succeed"),
    ("two states of one name", [put(f"{STATES}.Look.Branches.0", {"StartAt": "Later", "States": {"Later": {"Type": "Pass", "End": True}}})],
     "workflows.decide.states.Later: has the name of Look.Branches[0].States.Later, and a name is unique in the whole workflow; rename one "
     "of the two"),
    ("unknown type", [put(f"{STATES}.Later.Type", "Wiat")],
     "workflows.decide.states.Later.Type=Wiat: must be one of Task, Choice, Parallel, Map, Wait, Pass, Succeed, Fail; did you mean 'Wait'?"),
    ("no type", [drop(f"{STATES}.Later.Type")],
     "workflows.decide.states.Later.Type: must be one of Task, Choice, Parallel, Map, Wait, Pass, Succeed, Fail; choose one of them"),
    ("unknown field", [put(f"{STATES}.Later.Second", 5)],
     "workflows.decide.states.Later.Second: is not known in a Wait; did you mean 'Seconds'?"),
    ("field of another language", [put(f"{STATES}.Done.Output", "{% $states.input %}")],
     "workflows.decide.states.Done.Output: is not known in a Succeed; did you mean 'OutputPath'?"),
    ("long name", [put(f"{STATES}.Validate.Next", "x" * 81), put(STATES + "." + "x" * 81, {"Type": "Pass", "Next": "Is it valid"})],
     "workflows.decide.states.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: has a name of 81 "
     "characters, and Step Functions takes 80; shorten it"),
    ("date", [put(f"{STATES}.Later", {"Type": "Wait", "Timestamp": TODAY, "Next": "Ask"})],
     "workflows.decide.states.Later: holds a date or another value that JSON does not have; write it in quotes"),
    ("path without a dollar sign", [put(f"{STATES}.Validate.ResultPath", "result")],
     "workflows.decide.states.Validate.ResultPath=result: must be a path that begins with `$`; write it like $.order"),
    ("path that would be passed on", [put(f"{STATES}.Ask.Parameters", {"order": "$.order"})],
     "workflows.decide.states.Ask.Parameters.order=$.order: would be passed on as these very letters; write the key as `order.$` to have "
     "it looked up"),
    ("text that would be looked up", [put(f"{STATES}.Ask.Parameters", {"order": {"id.$": "id"}})],
     "workflows.decide.states.Ask.Parameters.order.id.$=id: is looked up, so it must be a path or a function; begin it with $ or States., "
     "or take `.$` from the key"),
    ("wait for nothing", [drop(f"{STATES}.Later.Seconds")],
     "workflows.decide.states.Later: must have exactly one of Seconds, SecondsPath, Timestamp, TimestampPath, and has none; say how long, "
     "or until when, it waits"),
    ("wait twice", [put(f"{STATES}.Later.Timestamp", "2027-01-01T00:00:00Z")],
     "workflows.decide.states.Later: must have exactly one of Seconds, SecondsPath, Timestamp, TimestampPath, and has Seconds, Timestamp; "
     "say how long, or until when, it waits"),
    ("wait in words", [put(f"{STATES}.Later.Seconds", "60")],
     "workflows.decide.states.Later.Seconds=60: must be a whole number of 0 to 99999999; write it without quotes"),
    ("choice without the rest", [drop(f"{STATES}.Is it valid.Default")],
     "workflows.decide.states.Is it valid.Default: is required: what no case foresees would fail with States.NoChoiceMatched; name a state"),
    ("choice without cases", [put(f"{STATES}.Is it valid.Choices", [])],
     "workflows.decide.states.Is it valid.Choices: is required in a Choice: a list of cases; list the cases, each with Next"),
    ("case that leads nowhere", [put(f"{STATES}.Is it valid.Choices", [{"Variable": "$.valid", "BooleanEquals": True}])],
     "workflows.decide.states.Is it valid.Choices[0].Next: is required: where this case leads; name a state"),
    ("case of nothing", [put(f"{STATES}.Is it valid.Choices", [{"BooleanEquals": True, "Next": "Look"}])],
     "workflows.decide.states.Is it valid.Choices[0].Variable: must be a path that begins with `$`; say what is compared, like "
     "$.order.status"),
    ("case without a comparison", [put(f"{STATES}.Is it valid.Choices", [{"Variable": "$.valid", "Next": "Look"}])],
     "workflows.decide.states.Is it valid.Choices[0]: must compare once, and has no comparison; write one, such as StringEquals, or join "
     "several with And"),
    ("case with an unknown comparison", [put(f"{STATES}.Is it valid.Choices", [{"Variable": "$.valid", "Equals": True, "Next": "Look"}])],
     "workflows.decide.states.Is it valid.Choices[0].Equals: is no comparison; did you mean 'StringEquals'?"),
    ("case that compares with another kind", [put(f"{STATES}.Is it valid.Choices", [{"Variable": "$.valid", "BooleanEquals": "yes", "Next": "Look"}])],
     "workflows.decide.states.Is it valid.Choices[0].BooleanEquals=yes: must be true or false; correct it"),
    ("case that is joined and compares", [put(f"{STATES}.Is it valid.Choices", [{"And": [{"Variable": "$.a", "IsPresent": True}], "IsNull": True, "Next": "Look"}])],
     "workflows.decide.states.Is it valid.Choices[0].And: must stand alone and hold a list of conditions; write one inside the other"),
    ("condition within a case", [put(f"{STATES}.Is it valid.Choices", [{"Not": {"Variable": "a", "IsPresent": True}, "Next": "Look"}])],
     "workflows.decide.states.Is it valid.Choices[0].Not.Variable=a: must be a path that begins with `$`; say what is compared, like "
     "$.order.status"),
    ("retry of nothing", [put(f"{STATES}.Validate.Retry", [{"MaxAttempts": 3}])],
     "workflows.decide.states.Validate.Retry[0].ErrorEquals: must be a list of errors, also of one; write [States.ALL] for every error"),
    ("retry of everything before another", [put(f"{STATES}.Validate.Retry", [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["Other"]}])],
     "workflows.decide.states.Validate.Retry[0].ErrorEquals=States.ALL: stands for every error, so it must stand alone and come last; "
     "move it to the end, alone"),
    ("retry with an unknown field", [put(f"{STATES}.Validate.Retry", [{"ErrorEquals": ["Other"], "MaxAttempt": 3}])],
     "workflows.decide.states.Validate.Retry[0].MaxAttempt: is not known here; did you mean 'MaxAttempts'?"),
    ("retry that comes faster", [put(f"{STATES}.Validate.Retry", [{"ErrorEquals": ["Other"], "BackoffRate": 0.5}])],
     "workflows.decide.states.Validate.Retry[0].BackoffRate=0.5: must be a number of 1 or more; correct it"),
    ("retry that is no list", [put(f"{STATES}.Validate.Retry", {"ErrorEquals": ["Other"]})],
     "workflows.decide.states.Validate.Retry: must be a list; write each as `- ErrorEquals: [...]`"),
    ("catch that leads nowhere", [put(f"{STATES}.Validate.Catch", [{"ErrorEquals": ["States.ALL"]}])],
     "workflows.decide.states.Validate.Catch[0].Next: is required: where an error leads; name a state"),
    ("catch of an unknown error", [put(f"{STATES}.Validate.Catch", [{"ErrorEquals": ["States.Timout"], "Next": "Failed"}])],
     "workflows.decide.states.Validate.Catch[0].ErrorEquals=States.Timout: is no error of Step Functions; did you mean 'States.Timeout'?"),
    ("catch of a word", [put(f"{STATES}.Ask.Catch", [{"ErrorEquals": "States.Timeout", "Next": "Failed"}])],
     "workflows.decide.states.Ask.Catch[0].ErrorEquals: must be a list of errors, also of one; write [States.ALL] for every error"),
    ("unknown function", [put(f"{STATES}.Validate.Function", "validat")],
     "workflows.decide.states.Validate.Function=validat: is no function of this workload; there is api, gate, quotes, worker, ship, text, "
     "deliver, process, sweep, index, transform, socket, validate, ask, price, rotate; did you mean 'validate'?"),
    ("no function", [drop(f"{STATES}.Validate.Function")],
     "workflows.decide.states.Validate.Function: is required in a Task; name a function of this workload; there is api, gate, quotes, "
     "worker, ship, text, deliver, process, sweep, index, transform, socket, validate, ask, price, rotate"),
    ("resource for a function", [put(f"{STATES}.Validate", {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Is it valid"})],
     "workflows.decide.states.Validate.Resource: is not known in a Task; name a function of this workload: `Function: NAME`"),
    ("answer that may never come", [drop(f"{STATES}.Ask.TimeoutSeconds")],
     "workflows.decide.states.Ask.TimeoutSeconds: is required where a step waits for an answer: nobody may ever give it; say how long it "
     "waits"),
    ("answer that comes after the end", [put(f"{STATES}.Ask.TimeoutSeconds", 86_400)],
     "workflows.decide.states.Ask.TimeoutSeconds=86400: is not over before the workflow is, after 86400 s, so its Catch would never act; "
     "lower it, or raise timeout_seconds of the workflow"),
    ("answer that fails the execution", [put(f"{STATES}.Ask.Catch", [{"ErrorEquals": ["States.TaskFailed"], "Next": "Failed"}])],
     "workflows.decide.states.Ask.Catch: catches no States.Timeout, so a question that nobody answers fails the execution; add a Catch "
     "for it"),
    ("answer that nobody may give", [put("functions.api.uses.decide", ["start"])],
     "workflows.decide: has a step that waits for an answer, and no function may give it; add `answer` to the verbs of decide in the uses "
     "of a function"),
    ("answer in words", [put(f"{STATES}.Ask.Callback", "yes")],
     "workflows.decide.states.Ask.Callback=yes: must be true or false; write it without quotes"),
    ("heartbeat without an answer", [put(f"{STATES}.Validate.HeartbeatSeconds", 5)],
     "workflows.decide.states.Validate.HeartbeatSeconds: is for steps that wait for an answer; remove it, or add `Callback: true`"),
    ("heartbeat beyond the timeout", [put(f"{STATES}.Ask.HeartbeatSeconds", 7200)],
     "workflows.decide.states.Ask.HeartbeatSeconds=7200: must be less than TimeoutSeconds, 3600; lower it"),
    ("answer to an express workflow", [put(f"{PRICE}.states.Price.Callback", True)],
     "workflows.price.states.Price.Callback: waits for an answer, which an express workflow cannot; write `type: standard`"),
    ("express beyond its limit", [put(f"{PRICE}.timeout_seconds", 301)],
     "workflows.price.timeout_seconds=301: must be at most 300 s for an express workflow, its limit; lower it, or write `type: standard`"),
    ("express beyond the function that waits", [put(f"{PRICE}.timeout_seconds", 60)],
     "functions.api.uses.price=run: waits for up to 60 s, and the function runs for 10; lower workflows.price.timeout_seconds, or raise "
     "the function's"),
    ("no timeout", [drop(f"{DECIDE}.timeout_seconds")],
     "workflows.decide.timeout_seconds: is required: longest execution, after which it has failed; an express one at most 300; add "
     "`timeout_seconds`"),
    ("list without a bound", [drop(f"{EACH}.MaxConcurrency")],
     "workflows.decide.states.Look.Branches[1].States.Each.MaxConcurrency: must be 1 or more: without a bound, a long list takes all "
     "concurrency; set it"),
    ("distributed map", [put(f"{EACH}.ItemProcessor.ProcessorConfig", {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})],
     "workflows.decide.states.Look.Branches[1].States.Each.ItemProcessor.ProcessorConfig: asks for a distributed map, which is not built "
     "yet; remove it: items are mapped inline"),
    ("what only a distributed map tolerates", [put(f"{EACH}.ToleratedFailurePercentage", 5)],
     "workflows.decide.states.Look.Branches[1].States.Each.ToleratedFailurePercentage: is not known in a Map; it knows Catch, Comment, "
     "End, InputPath, ItemProcessor, ItemSelector, ItemsPath, MaxConcurrency, Next, OutputPath, ResultPath, ResultSelector, Retry, Type"),
    ("map in its old form", [put(EACH, {"Type": "Map", "MaxConcurrency": 1, "End": True, "Iterator": {"StartAt": "A", "States": {}}})],
     "workflows.decide.states.Look.Branches[1].States.Each.Iterator: is not known in a Map; call it ItemProcessor: that is its new name"),
    ("map of nothing", [drop(f"{EACH}.ItemProcessor")],
     "workflows.decide.states.Look.Branches[1].States.Each.ItemProcessor: is required in a Map; add it, with StartAt and States"),
    ("nothing side by side", [put(f"{STATES}.Look.Branches", [])],
     "workflows.decide.states.Look.Branches: is required in a Parallel; list what runs side by side, each with StartAt and States"),
    ("branch without a start", [drop(f"{STATES}.Look.Branches.0.StartAt")],
     "workflows.decide.states.Look.Branches[0].StartAt: is no state here; there is One; name the first one"),
    ("branch with an unknown field", [put(f"{STATES}.Look.Branches.0.Start", "One")],
     "workflows.decide.states.Look.Branches[0].Start: is not known here; did you mean 'StartAt'?"),
    ("branch without states", [put(f"{STATES}.Look.Branches.0.States", {})],
     "workflows.decide.states.Look.Branches[0].States: must hold states: name -> what it does; add `States: {...}`"),
    ("waiting for a standard workflow", [put("functions.api.uses.decide", ["start", "answer", "run"])],
     "functions.api.uses.decide=run: waits for the result, which only an express workflow gives; use `start`, or write `type: express`"),
    ("answering an express workflow", [put("functions.api.uses.price", ["run", "answer"])],
     "functions.api.uses.price=answer: answers a token, and an express workflow waits for none; remove it"),
    ("answering a workflow that does not ask", [put(f"{STATES}.Ask", {"Type": "Task", "Function": "ask", "Next": "Done"})],
     "functions.api.uses.decide=answer: answers a token, and no step of it waits for one; remove it, or write `Callback: true` at a step"),
    ("workflow that nobody starts", [put("workflows.lost", {"timeout_seconds": 5, "start_at": "A", "states": {"A": {"Type": "Succeed"}}})],
     "workflows.lost: is started by nobody; add `lost: [start]` to the uses of a function, or remove it"),
    ("workflow that starts itself through a step", [put("functions.ask.uses", {"decide": ["start"]})],
     "functions.ask: leads back to itself: ask -> decide -> ask; one event would go round for ever; send to another resource, or narrow "
     "the trigger (prefix, source) so that own work does not match it"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "told"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_one_mistake_is_one_problem(breaks, told, tmp_path):
    assert problems_with(tmp_path, everything(*breaks)) == [told]


@pytest.mark.parametrize(
    "right",
    [
        put(f"{STATES}.Validate.ResultPath", None),
        put(f"{STATES}.Later.End", False),
        put(f"{STATES}.Validate.Callback", False),
        put(f"{STATES}.Ask.Catch", [{"ErrorEquals": ["States.ALL"], "Next": "Ask", "ResultPath": "$.error"}]),
        put(f"{STATES}.Ask.Parameters", {"id.$": "$.id", "now.$": "$$.State.EnteredTime", "any.$": "States.ArrayContains($.a, 1)", "text": "5 $"}),
        put(f"{STATES}.Validate.Retry", [{"ErrorEquals": ["Slow"], "IntervalSeconds": 1, "JitterStrategy": "FULL"}, {"ErrorEquals": ["States.ALL"]}]),
        put(f"{STATES}.Is it valid.Choices", [
            {"And": [{"Variable": "$.a", "IsPresent": True}, {"Not": {"Variable": "$.b", "NumericLessThan": 2.5}}], "Next": "Look"},
            {"Variable": "$.c", "StringEqualsPath": "$.d", "Next": "Look"},
        ]),
    ],
)  # fmt: skip
def test_what_step_functions_takes_is_taken(tmp_path, right):
    assert problems_with(tmp_path, everything(right)) == []
