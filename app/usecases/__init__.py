"""The sentences an actor can say: each one function and one transaction; they never call one another."""
