"""A `pulumi-resource-aws` for the embedded cloud and for previews without an account, driven by tables over botocore.

Run by the engine as `python -m aws_provider [ENGINE_ADDRESS]`. A resource type is an entry in `services/<service>.py`;
what it accepts comes from `data/`, which `python -m aws_provider.generate` makes from the installed pulumi_aws.
"""
