"""What the observations of checks mean: one judge a kind, the plugins' own grammar, and when a result counts."""
