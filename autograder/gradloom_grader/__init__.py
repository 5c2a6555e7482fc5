"""The autograder: cuts exercises out of the reference and marks submissions to them in a jail."""

import os

for _variable in ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")  # a referee runs on each core; threads would wait in turn
