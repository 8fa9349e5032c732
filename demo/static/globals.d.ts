// What Gradio puts on the page, and the events that our panels send each other.
interface Window {
  gradio_config: { root?: string; api_prefix?: string };
}
interface DocumentEventMap {
  "ls:play": CustomEvent<string>;
  "ls:data": CustomEvent<string>;
  "ls:show": CustomEvent<string>;
  "ls:further": CustomEvent<string>;
}
