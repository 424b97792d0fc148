"""What is measured, one module per kind of work; each gives rows of the table."""
