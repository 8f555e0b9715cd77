"""The face for people: HTML pages and fragments, thin over the use cases; it decides nothing and computes nothing."""
