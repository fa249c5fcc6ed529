"""Takes files that browsers send to S3 directly, looks what they really are, and keeps the good ones."""
