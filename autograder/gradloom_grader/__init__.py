"""The autograder: cuts exercises out of the reference, runs submissions in a jail, and marks them."""
