"""Make this Python process ready to be traced (see compare/trace).

Python imports this file at its start if the folder is on PYTHONPATH: before
the program, and so before its first thread. Whoever traces names a socket
in TRACE_SOCKET.
"""

import os

if "TRACE_SOCKET" in os.environ:
    import trace_control

    trace_control.install(os.environ["TRACE_SOCKET"])
