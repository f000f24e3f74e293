// Devices at run time: how many, autocast, pinned memory, and a stream of one's own for copies.
// Streams and events go through c10's interface to whatever backend is loaded, so that no CUDA header is needed to compile this,
// and a libtorch without CUDA says so when it is asked.
#include "shim.h"
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/core/impl/VirtualGuardImpl.h>

using namespace scanlock;

namespace {

c10::impl::VirtualGuardImpl backend(at::DeviceType type) {
    TORCH_CHECK(c10::impl::hasDeviceGuardImpl(type), "this libtorch has no ", c10::DeviceTypeName(type));
    return c10::impl::VirtualGuardImpl(type);
}

} // namespace

SCANLOCK int scanlock_cuda_device_count() {
    return c10::impl::hasDeviceGuardImpl(at::kCUDA) ? c10::impl::VirtualGuardImpl(at::kCUDA).deviceCount() : 0;
}

// Waits until everything given to the device's current stream is done.
SCANLOCK int scanlock_synchronize(int device_type, int device_index) {
    return run([&] {
        const auto impl = backend(static_cast<at::DeviceType>(device_type));
        const auto on = device_index < 0 ? impl.getDevice() : device(device_type, device_index);
        impl.synchronizeStream(impl.getStream(on));
    });
}

SCANLOCK void scanlock_get_autocast(int device_type, int* enabled, int* dtype) {
    const auto now = Autocast::now(static_cast<at::DeviceType>(device_type));
    *enabled = now.enabled;
    *dtype = static_cast<int>(now.dtype);
}

// `entering` counts how deep scopes are nested: the casts of weights kept for reuse are forgotten when the outermost ends.
SCANLOCK int scanlock_set_autocast(int device_type, int enabled, int dtype, int entering) {
    return run([&] {
        Autocast{enabled != 0, static_cast<at::ScalarType>(dtype)}.set(static_cast<at::DeviceType>(device_type));
        if (entering)
            at::autocast::increment_nesting();
        else if (at::autocast::decrement_nesting() == 0)
            at::autocast::clear_cache();
    });
}

SCANLOCK Tensor* scanlock_pin_memory(const Tensor* t) {
    return make([&] { return t->pin_memory(); });
}

SCANLOCK int scanlock_is_pinned(const Tensor* t, int* pinned) {
    return run([&] { *pinned = t->is_pinned(); });
}

SCANLOCK int scanlock_stream_new(int device_type, int device_index, c10::Stream** stream) {
    *stream = nullptr;
    return run([&] {
        const auto impl = backend(static_cast<at::DeviceType>(device_type));
        const auto on = device_index < 0 ? impl.getDevice() : device(device_type, device_index);
        *stream = new c10::Stream(impl.getStreamFromGlobalPool(on));
    });
}

SCANLOCK void scanlock_stream_free(c10::Stream* stream) { delete stream; }

// Queues the copy on `stream` and returns at once where `source` is pinned.
SCANLOCK Tensor* scanlock_stream_copy(const c10::Stream* stream, const Tensor* source) {
    return make([&] {
        const c10::StreamGuard on(*stream);
        return source->to(source->options().device(stream->device()), /*non_blocking=*/true);
    });
}

// What the caller's current stream is given from now on waits for what `stream` was given up to now; `t`, made on `stream`, is then
// not freed before the current stream is done with it.
SCANLOCK int scanlock_stream_hand_over(const c10::Stream* stream, Tensor* t) {
    return run([&] {
        const auto impl = backend(stream->device_type());
        const auto current = impl.getStream(stream->device());
        c10::Event copied(stream->device_type());
        copied.record(*stream);
        copied.block(current);
        t->record_stream(current);
    });
}

SCANLOCK int scanlock_stream_synchronize(const c10::Stream* stream) {
    return run([&] { backend(stream->device_type()).synchronizeStream(*stream); });
}
