"""Facts: what a host is made of. One module a topic, each a pure parser from a frame's body to items with fields."""
