"""An S3 bucket."""

from platform_contract.kinds.bucket.plan import bucket_arn, plan_bucket
from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.platform.usage import GB, KEY_REQUESTS, OBJECT_KB, Use
from platform_contract.platform.verbs import Permission, Verb

_OBJECTS = ("/*",)
_GET = (Use("objects got", "s3_get"),)
_PUT = (Use("objects put", "s3_put"), Use("kept for a month", "s3_storage", OBJECT_KB * GB))

KIND = Kind(
    "bucket", plan=plan_bucket, arn=bucket_arn, section="buckets", service="s3", variable="BUCKET_",
    # Triggers are for objects that arrive, not for those that go: a delete wakes nobody.
    verbs={
        "read": Verb(
            (Permission(("s3:GetObject",), _OBJECTS), Permission(("s3:ListBucket",))), ("kms:Decrypt",),
            "get and list objects; without the list, a missing object is 403 instead of 404", _GET,
        ),
        "write": Verb(
            (Permission(("s3:PutObject", "s3:AbortMultipartUpload"), _OBJECTS),), ("kms:GenerateDataKey", "kms:Decrypt"),
            "put objects; Decrypt because S3 reads the parts of a multipart upload", _PUT, wakes=True,
        ),
        "delete": Verb((Permission(("s3:DeleteObject",), _OBJECTS),), (), "delete objects; older versions stay", ()),
        "get": Verb((Permission(("s3:GetObject",), _OBJECTS),), ("kms:Decrypt",), "get objects whose keys it knows", _GET),
        "put": Verb((Permission(("s3:PutObject",), _OBJECTS),), ("kms:GenerateDataKey",), "put objects in one call each, up to 5 GB", _PUT, wakes=True),
    },
    triggers={"upload": Trigger((Use("uploads", "s3_put"),), "asynchronous")},
    active=(KEY_REQUESTS,),
)  # fmt: skip
