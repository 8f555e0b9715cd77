"""The tests, mirroring app/ room by room; what they share lives beside this file."""
