"""Who may do what: keys, roles and grants. Pure documents come from the contract; these modules turn them into resources."""
