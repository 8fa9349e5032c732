"""The web page. It imports gradio and `gan`, never torch."""
