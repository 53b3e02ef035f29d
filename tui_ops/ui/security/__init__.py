"""The screen of security: what a finding looks like, its page, what of all this needs somebody."""
