"""What watches a workload: log groups and alarms, made from pure descriptions, never from resources of a kind."""
