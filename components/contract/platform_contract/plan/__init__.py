"""Parts of a workload's plan: each kind of resource with every number, name, permission and alarm. No resource is made here."""
