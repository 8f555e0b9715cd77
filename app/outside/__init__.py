"""The messengers: what speaks to other services, each behind a few functions that are handed to use cases."""
