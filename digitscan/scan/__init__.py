"""Files in, clean pages out."""
