"""What a workload costs, from its manifest and its plan, and what a stack costs though nothing runs."""
