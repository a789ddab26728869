"""What insurers answer: returns merged with their declarations, and the list to mend as a return message."""
