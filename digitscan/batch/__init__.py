"""Many pages in, their results out in the same order: workers, faults, resume, a cluster."""
