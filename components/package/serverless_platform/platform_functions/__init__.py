"""The platform's own Lambda code. Each folder is one function; plain boto3, so that it needs no layer."""
