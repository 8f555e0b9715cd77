"""The standard as data: catalogue files, and the reader that turns them into the domain's frozen values."""
