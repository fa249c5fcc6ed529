"""Every default, limit and threshold, with its unit and its source: components use them, rules judge by them."""
