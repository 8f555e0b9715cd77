"""What every test may ask for. Each fixture lives in the module named for what it gives."""

pytest_plugins = ["tests.browser", "tests.openid.certified", "tests.postgres", "tests.sqlite"]
