// What belongs to the process or thread rather than to a tensor.
#include "shim.h"
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

using namespace scanlock;

SCANLOCK const char* scanlock_version() { return TORCH_VERSION; }

SCANLOCK int scanlock_manual_seed(int64_t seed) {
    return run([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}

SCANLOCK int scanlock_set_num_threads(int threads) {
    return run([&] { at::set_num_threads(threads); });
}

SCANLOCK int scanlock_grad_enabled() { return c10::GradMode::is_enabled(); }

SCANLOCK void scanlock_set_grad_enabled(int enabled) { c10::GradMode::set_enabled(enabled != 0); }

// Makes repeated runs agree where the backend offers a choice (cuDNN picks algorithms by timing otherwise).
SCANLOCK int scanlock_set_deterministic(int deterministic) {
    return run([&] {
        at::globalContext().setDeterministicCuDNN(deterministic != 0);
        at::globalContext().setBenchmarkCuDNN(deterministic == 0);
    });
}
