"""Guardrails of the serverless platform: rules, their cases and their pages come from one table (`catalogue.RULES`)."""
