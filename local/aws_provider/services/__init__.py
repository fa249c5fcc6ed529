"""One module per AWS service; each holds the table entries of its resource types in `RESOURCES`."""
