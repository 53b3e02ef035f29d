"""Widgets: lines on the terminal, compared before they are painted."""
