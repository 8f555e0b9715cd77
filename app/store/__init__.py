"""The keeper: the only room that speaks SQL. Rows never leave it; domain values go in and out."""
