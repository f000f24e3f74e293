// What freed memory does. A training step frees what the next one needs, and more than glibc keeps: by default it hands large
// blocks back to the system and has them zeroed and mapped again, page by page, every step (a U-net at 256 pixels: half a million
// page faults, a third of its time). So blocks of any size come from the heap, and the heap keeps its largest extent.
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>

namespace {

__attribute__((constructor)) void keep_freed_memory() {
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
    mallopt(M_TOP_PAD, 64 << 20);
}

} // namespace
#endif
