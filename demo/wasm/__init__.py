"""The C source of demo/static/kernels.wasm, and what builds it."""
