"""What is made to be read outside the desk, out of the store: Markdown, HTML, CSV and JSON."""
