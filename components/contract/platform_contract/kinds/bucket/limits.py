"""S3 buckets."""

NONCURRENT_DAYS = 30
"""Days for which a replaced or deleted object can be brought back."""

MINIMUM_EXPIRY_DAYS, MAXIMUM_EXPIRY_DAYS = 1, 36_500
"""Bounds of `expire_after_days`: whole days, and a century as the largest that anyone can mean."""

UPLOAD_HEADERS = ("content-type", "content-length", "content-md5", "x-amz-checksum-sha256")
"""Headers that a page of another origin may send with an upload."""
