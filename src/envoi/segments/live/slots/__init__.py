"""What is remembered of a person, one file for each way to remember: the question, and the memory that answers it."""
