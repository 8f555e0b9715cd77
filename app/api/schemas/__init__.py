"""What goes in and out as JSON: the public promise. `In` models take nothing they do not name; `Out` models may grow."""
