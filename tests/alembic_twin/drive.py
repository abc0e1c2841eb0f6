"""Runs Alembic's own commands, one request a line, one answer a line, in one process: most of a run is imports.

A request names the project, the URL, the command and its target, and how the project's env.py treats the connection.
"""
import io
import json
import sys
import traceback

from alembic import command
from alembic.config import Config

for line in sys.stdin:
    request = json.loads(line)
    output = io.StringIO()
    config = Config(stdout=output, output_buffer=output)
    config.set_main_option("script_location", request["project"].replace("%", "%%"))
    config.attributes.update(request)
    error = None
    try:
        getattr(command, request["command"])(config, request["target"], sql=request["sql"])
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}\n{traceback.format_exc()}"
    seen = config.attributes.get("seen", [])
    print(json.dumps({"error": error, "output": output.getvalue(), "seen": seen}), flush=True)
