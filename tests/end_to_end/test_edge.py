"""What stands before APIs, on a stack that came up: associated, logging where it has to, and told to be of no effect here."""

import boto3
import pytest

from local.smoke import try_it

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def there(platform):
    """A client of the embedded cloud in the region of CloudFront."""
    cloud = platform.cloud
    return lambda service: boto3.client(
        service, endpoint_url=cloud.endpoint, region_name="us-east-1", aws_access_key_id=cloud.account_id, aws_secret_access_key="local"
    )


def test_the_stage_of_a_rest_api_stands_behind_its_firewall(platform):
    [api] = platform.inventory.workloads["partners"].apis.values()
    stage = f"arn:aws:apigateway:{platform.inventory.region}::/restapis/{api.api_id}/stages/{api.stage}"
    acl = platform.cloud.client("wafv2").get_web_acl_for_resource(ResourceArn=stage)["WebACL"]
    assert acl["Name"] == "local-partners"
    assert [rule["Name"] for rule in acl["Rules"]] == ["rate-limit", "ip-reputation", "known-bad-inputs", "common"]
    assert acl["Rules"][0]["Statement"]["RateBasedStatement"]["Limit"] == 15_100 and "Block" in acl["Rules"][0]["Action"]


def test_a_distribution_stands_before_the_http_api_with_a_firewall_of_its_own(platform, there):
    [api] = platform.inventory.workloads["orders"].apis.values()
    assert api.distribution is not None and api.distribution.url == "https://orders.local.api.example.com"
    made = there("cloudfront").get_distribution(Id=api.distribution.id)["Distribution"]
    config = made["DistributionConfig"]
    assert made["DomainName"] == api.distribution.domain_name and config["Aliases"]["Items"] == ["orders.local.api.example.com"]
    assert config["Origins"]["Items"][0]["DomainName"].startswith(f"{api.api_id}.execute-api.")
    [acl] = there("wafv2").list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    assert config["WebACLId"] == acl["ARN"] and ":us-east-1:" in acl["ARN"]


def test_its_alarms_are_beside_its_metrics_and_nowhere_else(platform, there):
    names = {alarm["AlarmName"] for alarm in there("cloudwatch").describe_alarms(AlarmNamePrefix="local-orders-cdn-")["MetricAlarms"]}
    assert len(names) == 4
    assert platform.cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix="local-orders-cdn-")["MetricAlarms"] == []
    assert names <= set(platform.inventory.workloads["orders"].alarms)


def test_whoever_brings_it_up_is_told_that_it_refuses_nobody_here(platform):
    said = try_it(platform, {"aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ["partners-firewall"]})
    assert "  Firewalls are made and refuse nobody: the embedded cloud applies none of their rules." in said
    assert "orders       cdn    https://orders.local.api.example.com, not emulated" in said
