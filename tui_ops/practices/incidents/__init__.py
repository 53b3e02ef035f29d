"""Incidents: from an alert to a review. Rules and figures are pure; acts write."""
