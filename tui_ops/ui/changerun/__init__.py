"""A change while it runs, as it is shown: hosts by steps, what each wrote, how far it is. Pure but for the widget."""
