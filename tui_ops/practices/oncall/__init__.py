"""On call: who is called, when and why. All but the acts is pure."""
