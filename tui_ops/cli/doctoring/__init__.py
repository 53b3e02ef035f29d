"""What ``tui-ops doctor`` looks at: each module one subject, each check a function that gives remarks."""
