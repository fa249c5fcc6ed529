"""What a stack decides about distributions; a part of its settings."""

from typing import Annotated

from pydantic import Field

from platform_contract.platform.text_types import Form, Strict

Domain = Annotated[
    str, Form(r"(?!.{230})([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", "must be a domain in lower case", "write it like dev.api.example.com")
]
CertificateArn = Annotated[
    str,
    Form(r"arn:[a-z-]+:acm:us-east-1:\d{12}:certificate/[A-Za-z0-9-]+", "must be the ARN of a certificate in us-east-1: CloudFront takes no other",
         "write it like arn:aws:acm:us-east-1:111111111111:certificate/7b1f2a9c-..."),
]  # fmt: skip


class CdnSettings(Strict):
    """Under which names distributions are reached. People keep the domain's records: each workload's name leads to its distribution."""

    domain: Domain = Field(description="Domain of this environment: a workload is reached as WORKLOAD.DOMAIN. No two environments share one.")
    certificate_arn: CertificateArn = Field(description="Certificate for *.DOMAIN, of AWS Certificate Manager in us-east-1, where CloudFront looks for it.")
