#include "shim.h"
#include <c10/util/Exception.h>
#include <new>
#include <string>

namespace scanlock {

std::atomic<int64_t> live{0};

namespace {

// Numbers shared with TorchErrorKind in C#.
enum Kind { none = 0, failed = 1, out_of_memory = 2 };

thread_local Kind last_kind = none;
thread_local std::string last_message;

// libtorch has no one type for this: CPU and CUDA allocators of different versions agree only on their words.
Kind kind_of(const std::string& message) {
    for (const char* words : {"out of memory", "can't allocate memory", "not enough memory", "CUDA_OUT_OF_MEMORY"})
        if (message.find(words) != std::string::npos) return out_of_memory;
    return failed;
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
    } catch (const c10::Error& e) {
        const char* message = e.what_without_backtrace();
        keep(kind_of(message), message);
    } catch (const std::bad_alloc&) {
        keep(out_of_memory, "out of memory");
    } catch (const std::exception& e) {
        keep(kind_of(e.what()), e.what());
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
