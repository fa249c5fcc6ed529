"""What a phase adds, one module each under the name of its part of the plan (platform_contract.features)."""
