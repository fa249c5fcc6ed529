"""Amazon API Gateway, HTTP APIs."""

INTEGRATION_TIMEOUT_SECONDS_MAXIMUM = 30
"""HTTP APIs wait no longer (API Gateway quotas); a function that runs longer is paid for and answered with 503."""
THROTTLE_RATE_DEFAULT = 100.0  # requests a second; own choice, far below the account's 10,000
THROTTLE_BURST_FACTOR = 2
THROTTLE_HEADROOM = 2.0
"""Throttle = this many times `profile.peak_per_second`: room for growth, and a stop for a client that loops."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")
AUTHORIZERS = ("jwt", "none")
