"""Clean pages in, fields out."""
