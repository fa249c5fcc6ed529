"""Whether a workload fits serverless, by the guides' criteria: judged from its profile, with the break-even against containers."""
