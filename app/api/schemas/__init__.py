"""What goes in and out as JSON, the public promise: `In` models take nothing unnamed, `Out` models may grow."""
