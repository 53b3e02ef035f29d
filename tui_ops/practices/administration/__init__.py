"""Administration: reading now, maintenance, the inventory."""
