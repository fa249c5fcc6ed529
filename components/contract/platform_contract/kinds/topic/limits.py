"""What is decided about SNS: tracing."""

TRACE_ACTIONS = ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTraceSegments")
"""What a topic with active tracing needs, by a resource policy of X-Ray: it has no role. Source: X-Ray guide, "Amazon SNS and AWS X-Ray"."""
