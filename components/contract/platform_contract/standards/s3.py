"""Amazon S3."""

NONCURRENT_DAYS = 30  # own choice: a month to notice that an object was overwritten
ABORT_MULTIPART_DAYS = 7  # parts of uploads that never ended are billed and invisible
EXPIRE_AFTER_DAYS_MAXIMUM = 3650
