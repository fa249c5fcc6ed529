"""What two or more workloads use. A function's bundle holds only the modules that it imports."""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()  # until the first request (`observability.instrumented`): what INIT makes stays, and looking for garbage in it takes a tenth of INIT
