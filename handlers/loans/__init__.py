"""Decides about loans in a workflow: rules, an external credit bureau, and a person where rules do not suffice."""
