"""A module for each workload, dashes in its name written as underscores: `drive` makes it do all that its code can do."""
