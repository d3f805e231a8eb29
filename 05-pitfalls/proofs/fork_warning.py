"""Python: what os.fork says in a process with threads, and how a pool starts its
workers."""
import multiprocessing
import os
import threading
import warnings

end = threading.Event()
threading.Thread(target=end.wait).start()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    child = os.fork()
    if child == 0:
        os._exit(0)
os.waitpid(child, 0)
end.set()
print("os.fork, two threads:", *[w.category.__name__ for w in warned] or ["silent"])
print("workers are started by:", multiprocessing.get_start_method())
