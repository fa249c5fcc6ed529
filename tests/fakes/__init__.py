"""Local stand-ins for services of others."""
