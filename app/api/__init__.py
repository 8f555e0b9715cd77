"""The face for programs: JSON below /api/v1, thin over the use cases; it decides nothing and computes nothing."""
