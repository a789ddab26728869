"""What two rows cannot both say, over all files of a delivery."""
