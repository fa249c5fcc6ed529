"""Rotates a secret: the function that Secrets Manager calls once for each of the four steps of a rotation."""
