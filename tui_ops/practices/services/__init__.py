"""Services: what they are to be worth, and what is left of what they may fail."""
