"""The pages of what was learnt: a problem, a known error."""
