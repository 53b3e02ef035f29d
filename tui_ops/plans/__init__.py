"""Plans: the YAML of a change as typed steps, with every mistake at its place, and what exactly was approved."""
