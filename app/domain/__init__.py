"""The rules, in plain Python: frozen values and functions over them; no clock, no input or output, no library."""
