"""What all kinds have in common: settings, rules of naming, diagnostics, permissions, keys, and limits of AWS, each with its unit and its source."""
