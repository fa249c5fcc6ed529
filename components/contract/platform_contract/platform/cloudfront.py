"""Amazon CloudFront before an HTTP API. Sources: CloudFront developer guide, by the title of the page; CloudFront API reference."""

GLOBAL_REGION = "us-east-1"
"""Where its certificates, lists of rules and metrics are, whatever region the rest is in ("Using SSL/TLS certificates", "View CloudFront metrics")."""

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""Id of AWS's cache policy that keeps nothing ("Use managed cache policies")."""
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""Id of AWS's origin request policy that hands everything on, tokens too, but the header Host: API Gateway answers 403 to a name that is not its own
("Use managed origin request policies", AllViewerExceptHostHeader)."""
CORS_HEADERS = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
"""Id of AWS's origin request policy that hands on what browsers ask before a call: Origin and both Access-Control-Request headers (same page,
CORS-S3Origin; nothing in it is about S3)."""

ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
READING_METHODS = ("GET", "HEAD", "OPTIONS")
CACHED_METHODS = ("GET", "HEAD")
MINIMUM_PROTOCOL = "TLSv1.2_2021"
"""Oldest that viewers may speak. It takes a certificate of one's own: under CloudFront's, it is TLSv1 ("Supported protocols and ciphers")."""
PRICE_CLASS = "PriceClass_100"
"""Places in North America and Europe; callers from elsewhere come to the nearest of them."""
ORIGIN_READ_SECONDS = 35
"""Longer than an HTTP API ever waits for a function, 30 s: its own answer comes through, and not CloudFront's 504."""
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""What CloudFront keeps for ten seconds even where it caches nothing: one caller's 403 or 404 would be told to others ("Control how long CloudFront
caches errors")."""

LEAST_CACHE_SECONDS, MOST_CACHE_SECONDS = 1, 86_400
"""How long an answer is given again. Most: ours, a day; nothing of the platform empties the cache before."""
MOST_CACHED_ROUTES = 20
"""Ours; a distribution takes 75 behaviors ("Quotas")."""
CACHE_POLICIES = 20
"""Of an account, besides AWS's own (same page)."""
