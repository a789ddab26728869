"""What is wrong with a field or a row, and where."""
