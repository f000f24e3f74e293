// The rules of this library, so that each exported function can be one line:
//  - a tensor crosses the border as a pointer to an at::Tensor that its receiver owns and gives back with scanlock_free;
//  - a function that makes a tensor returns null when it failed, every other one returns 0 when it did not;
//  - no C++ exception crosses: its kind and message wait, per thread, for scanlock_error.
#pragma once
#include "versions.h"
#include <atomic>
#include <utility>
#include <vector>

#define SCANLOCK extern "C" __attribute__((visibility("default")))

using Tensor = at::Tensor;

namespace scanlock {

extern std::atomic<int64_t> live;

// Keeps the exception in flight as this thread's last error. Call only from a catch block.
void remember() noexcept;

// A tensor of its own for the caller.
inline Tensor* give(const Tensor& tensor) {
    auto* made = new Tensor(tensor);
    live.fetch_add(1, std::memory_order_relaxed);
    return made;
}

template <class F> Tensor* make(F&& f) noexcept {
    try {
        return give(f());
    } catch (...) {
        remember();
        return nullptr;
    }
}

template <class F> int run(F&& f) noexcept {
    try {
        f();
        return 0;
    } catch (...) {
        remember();
        return 1;
    }
}

inline OptionalTensor optional(const Tensor* tensor) { return tensor ? OptionalTensor(*tensor) : OptionalTensor(); }

inline at::IntArrayRef sizes(const int64_t* values, int count) { return at::IntArrayRef(values, static_cast<size_t>(count)); }

inline std::vector<Tensor> list(Tensor* const* tensors, int count) {
    std::vector<Tensor> made;
    made.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; i++) made.push_back(*tensors[i]);
    return made;
}

inline at::Device device(int type, int index) {
    return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index));
}

inline at::TensorOptions options(int dtype, int device_type, int device_index) {
    return at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)).device(device(device_type, device_index));
}

} // namespace scanlock
