"""What two or more workloads use. A function's bundle holds only the modules that it imports."""
