"""The model: its contract, the process that owns it, and the way to talk to that process.

`base` is the contract, `opening` opens the engine that the options name. On the server's side
`client` turns what is asked into messages, `connection` waits for the answers, `supervising`
replaces a worker that has died, which `spawning` starts or `finding` finds. In the worker
`starting` begins, `company` knows the windows, `worker` schedules the `operations`, `generation`
decodes, and a backend computes: `llama`, `ctransformers` or `openvino`, whose common half is
`sequenced`. `kv` chooses which KV state to reuse, `states` keeps them on disk.

Locks live in `worker`, `company` and `peers`; one thread calls the model, and no peer, however
slow, holds it up. A KV state is used only if its key (SHA-256 of model fingerprint, engine build,
context size and token ids) and the hash of its content agree.
"""
