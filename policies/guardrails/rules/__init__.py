"""The rules, one module per AWS service, one function per rule."""
