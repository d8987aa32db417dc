"""Results for people and programs: tables, and pictures of what was read."""
