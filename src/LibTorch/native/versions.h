// What differs between the versions of libtorch that this shim is built against (1.13 and later), and nothing else.
#pragma once
#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <torch/version.h>
#include <type_traits>

#define SCANLOCK_TORCH_AT_LEAST(major, minor) \
    (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace scanlock {

// "Optional" is c10::optional in old versions and std::optional in new ones: take the type from a function that has one.
template <class F> struct SecondArgument;
template <class R, class A, class B, class... Rest> struct SecondArgument<R (*)(A, B, Rest...)> { using type = std::decay_t<B>; };
using OptionalTensor = SecondArgument<decltype(&at::batch_norm)>::type;

template <class T> struct Rebind;
template <template <class> class O, class T> struct Rebind<O<T>> { template <class U> using to = O<U>; };
template <class T> using Optional = Rebind<OptionalTensor>::to<T>;

// Before 2.4 each kind of device had autocast functions of its own.
struct Autocast {
    bool enabled;
    at::ScalarType dtype;

    static Autocast now(at::DeviceType device) {
#if SCANLOCK_TORCH_AT_LEAST(2, 4)
        return {at::autocast::is_autocast_enabled(device), at::autocast::get_autocast_dtype(device)};
#else
        return device == at::kCPU ? Autocast{at::autocast::is_cpu_enabled(), at::autocast::get_autocast_cpu_dtype()}
                                  : Autocast{at::autocast::is_enabled(), at::autocast::get_autocast_gpu_dtype()};
#endif
    }

    void set(at::DeviceType device) const {
#if SCANLOCK_TORCH_AT_LEAST(2, 4)
        at::autocast::set_autocast_enabled(device, enabled);
        at::autocast::set_autocast_dtype(device, dtype);
#else
        if (device == at::kCPU) {
            at::autocast::set_cpu_enabled(enabled);
            at::autocast::set_autocast_cpu_dtype(dtype);
        } else {
            at::autocast::set_enabled(enabled);
            at::autocast::set_autocast_gpu_dtype(dtype);
        }
#endif
    }
};

} // namespace scanlock
