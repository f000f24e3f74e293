#include "shim.h"
#include <c10/util/Exception.h>
#include <new>
#include <string>
#include <utility>

namespace scanlock {

std::atomic<int64_t> live{0};

namespace {

// Numbers shared with TorchErrorKind in C#.
enum Kind { none, failed, out_of_memory, device, shape, index, value, type, not_implemented };

thread_local Kind last_kind = none;
thread_local std::string last_message;

// libtorch has no types for these: of its allocators, its CUDA libraries and its size checks only the words agree from version to version.
Kind kind_of(const std::string& message, Kind otherwise) {
    static const std::pair<const char*, Kind> words[] = {
        {"out of memory", out_of_memory},
        {"can't allocate memory", out_of_memory},
        {"not enough memory", out_of_memory},
        {"CUDA_OUT_OF_MEMORY", out_of_memory},
        {"CUDA error", device},
        {"CUDA driver", device},
        {"cuDNN error", device},
        {"CUDNN_STATUS", device},
        {"CUBLAS_STATUS", device},
        {"No CUDA GPUs", device},
        {"size mismatch", shape},
        {"shapes cannot be multiplied", shape},
        {"must match the size", shape},
        {"must match except in dimension", shape},
        {"each tensor to be equal size", shape},
        {"is invalid for input of size", shape},
        {"shape mismatch", shape},
        {"Given groups=", shape},
        {"must match the existing size", shape},
        {"not implemented for", not_implemented},
    };
    for (const auto& [text, kind] : words)
        if (message.find(text) != std::string::npos) return kind;
    return otherwise;
}

void keep(Kind kind, const char* message) noexcept {
    last_kind = kind;
    try {
        last_message = message;
    } catch (...) {
        last_message.clear(); // no memory left even for the message: its kind still says so
    }
}

} // namespace

void remember() noexcept {
    try {
        throw;
    } catch (const c10::IndexError& e) {
        keep(kind_of(e.what_without_backtrace(), index), e.what_without_backtrace());
    } catch (const c10::ValueError& e) {
        keep(kind_of(e.what_without_backtrace(), value), e.what_without_backtrace());
    } catch (const c10::TypeError& e) {
        keep(kind_of(e.what_without_backtrace(), type), e.what_without_backtrace());
    } catch (const c10::NotImplementedError& e) {
        keep(kind_of(e.what_without_backtrace(), not_implemented), e.what_without_backtrace());
    } catch (const c10::Error& e) {
        keep(kind_of(e.what_without_backtrace(), failed), e.what_without_backtrace());
    } catch (const std::bad_alloc&) {
        keep(out_of_memory, "out of memory");
    } catch (const std::exception& e) {
        keep(kind_of(e.what(), failed), e.what());
    } catch (...) {
        keep(failed, "unknown native exception");
    }
}

} // namespace scanlock

// The kind of this thread's last error; *message stays valid until the next failure on this thread.
SCANLOCK int scanlock_error(const char** message) {
    *message = scanlock::last_message.c_str();
    return scanlock::last_kind;
}

SCANLOCK int64_t scanlock_live_tensors() { return scanlock::live.load(std::memory_order_relaxed); }
