"""How the page listens to Gradio events."""

# not in the public API; show no progress overlay
_PRIVATE = {"show_progress": "hidden", "api_visibility": "undocumented"}
# quick ones: answered at once, outside the queue
QUIET = _PRIVATE | {"queue": False}
# in the queue, which toasts (gr.Info) need; any number at a time
QUEUED = _PRIVATE | {"concurrency_limit": None}
