"""The autograder: cuts exercises out of the reference and marks submissions to them in a jail."""
