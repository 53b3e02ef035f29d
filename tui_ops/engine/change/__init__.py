"""Running changes: on the hosts, step by step, and what is known of it afterwards."""
