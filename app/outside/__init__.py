"""The messengers: what speaks to other services, each behind a few functions. They trust no answer."""
