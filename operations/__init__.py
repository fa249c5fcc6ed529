"""What on-call does with a stack that is up: `python -m operations VERB`.

Reads the stack's inventory and nothing else of the platform; calls AWS by boto3 with the caller's own credentials, where boto3 finds
them (AWS_PROFILE, AWS_ENDPOINT_URL and so on).
"""
