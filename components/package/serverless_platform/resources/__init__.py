"""The components, one module per kind of the contract, and what connects each to a function."""
