"""Changes: states, plans in time, approval, risk, and what a run does next. Rules are pure, acts write."""
