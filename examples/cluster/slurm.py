"""Dask workers on SLURM for `landscape sweep`: run on a login node, and leave running until the sweep is done.

    pip install 'maml-landscape[sweep,fast,distributed]' dask-jobqueue
    python examples/cluster/slurm.py 40          # forty jobs

It prints the scheduler's address; then, on the same network:

    landscape sweep GRID -o FILE --scheduler tcp://ADDRESS
"""

import signal
import sys

from dask_jobqueue import SLURMCluster

if __name__ == "__main__":
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with SLURMCluster(
        queue="normal",  # adapt: the partition
        cores=16,
        processes=16,  # one process per core: simulations hold Python's lock
        memory="32GB",
        walltime="04:00:00",
        # One thread each, or NumPy's would compete with the other processes'.
        job_script_prologue=["export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1"],
    ) as cluster:
        cluster.scale(jobs=jobs)  # jobs that end or are killed are replaced
        print(cluster.scheduler_address, flush=True)
        signal.pause()
