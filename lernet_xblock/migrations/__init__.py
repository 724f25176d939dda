"""Schema history; identical in the LMS and in Studio."""
