"""The C source of demo/static/engine/kernels.wasm, and what builds it."""
