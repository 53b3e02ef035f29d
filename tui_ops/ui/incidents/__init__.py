"""Incidents as the desk shows them: what is known of them, their signs and clocks, the panels of an incident."""
