"""Every default, limit and threshold of the platform, one module per service, each with its unit and its source.

Components, guardrails and operations import these, so a default and the rule that guards it cannot drift apart.
"""
