// Random numbers, from libtorch's default generator of the tensor's device.
#include "shim.h"
#include <ATen/Context.h>
#include <mutex>

using namespace scanlock;

SCANLOCK int scanlock_normal_(Tensor* t, double mean, double std) {
    return run([&] { t->normal_(mean, std); });
}

SCANLOCK int scanlock_uniform_(Tensor* t, double from, double to) {
    return run([&] { t->uniform_(from, to); });
}

SCANLOCK int scanlock_bernoulli_(Tensor* t, double p) {
    return run([&] { t->bernoulli_(p); });
}

// Each element is the chance of a one in its place.
SCANLOCK Tensor* scanlock_bernoulli(const Tensor* t) {
    return make([&] { return at::bernoulli(*t); });
}

SCANLOCK Tensor* scanlock_randint(int64_t low, int64_t high, const int64_t* shape, int dims, int dtype, int device_type, int device_index) {
    return make([&] { return at::randint(low, high, sizes(shape, dims), options(dtype, device_type, device_index)); });
}

SCANLOCK Tensor* scanlock_randperm(int64_t count, int dtype, int device_type, int device_index) {
    return make([&] { return at::randperm(count, options(dtype, device_type, device_index)); });
}

SCANLOCK Tensor* scanlock_get_rng_state(int device_type, int device_index) {
    return make([&] {
        auto generator = at::globalContext().defaultGenerator(device(device_type, device_index));
        std::lock_guard<std::mutex> alone(generator.mutex());
        return generator.get_state();
    });
}

SCANLOCK int scanlock_set_rng_state(const Tensor* state, int device_type, int device_index) {
    return run([&] {
        auto generator = at::globalContext().defaultGenerator(device(device_type, device_index));
        std::lock_guard<std::mutex> alone(generator.mutex());
        generator.set_state(*state);
    });
}
