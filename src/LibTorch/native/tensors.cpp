// Making, asking, moving and freeing tensors.
#include "shim.h"
#include <cstring>

using namespace scanlock;

SCANLOCK void scanlock_free(Tensor* tensor) {
    delete tensor;
    live.fetch_sub(1, std::memory_order_relaxed);
}

// Copies: the caller's memory may move as soon as this returns.
SCANLOCK Tensor* scanlock_from_data(const void* data, const int64_t* shape, int dims, int dtype) {
    return make([&] {
        Tensor made = at::empty(sizes(shape, dims), options(dtype, 0, -1));
        if (made.nbytes() > 0) std::memcpy(made.data_ptr(), data, made.nbytes());
        return made;
    });
}

SCANLOCK Tensor* scanlock_full(const int64_t* shape, int dims, double value, int dtype, int device_type, int device_index) {
    return make([&] { return at::full(sizes(shape, dims), value, options(dtype, device_type, device_index)); });
}

SCANLOCK Tensor* scanlock_empty(const int64_t* shape, int dims, int dtype, int device_type, int device_index) {
    return make([&] { return at::empty(sizes(shape, dims), options(dtype, device_type, device_index)); });
}

SCANLOCK Tensor* scanlock_full_like(const Tensor* t, double value) {
    return make([&] { return at::full_like(*t, value); });
}

SCANLOCK Tensor* scanlock_empty_like(const Tensor* t) {
    return make([&] { return at::empty_like(*t); });
}

SCANLOCK Tensor* scanlock_arange(double start, double end, double step, int dtype, int device_type, int device_index) {
    return make([&] { return at::arange(start, end, step, options(dtype, device_type, device_index)); });
}

SCANLOCK int64_t scanlock_dim(const Tensor* t) { return t->dim(); }
SCANLOCK int64_t scanlock_numel(const Tensor* t) { return t->numel(); }
SCANLOCK int scanlock_dtype(const Tensor* t) { return static_cast<int>(t->scalar_type()); }
SCANLOCK int scanlock_is_contiguous(const Tensor* t) { return t->is_contiguous(); }
SCANLOCK int scanlock_requires_grad(const Tensor* t) { return t->requires_grad(); }
SCANLOCK void scanlock_shape(const Tensor* t, int64_t* shape) {
    for (auto size : t->sizes()) *shape++ = size;
}

SCANLOCK void scanlock_device(const Tensor* t, int* type, int* index) {
    *type = static_cast<int>(t->device().type());
    *index = t->device().index();
}

// Null on a tensor whose bytes are not in this process's memory.
SCANLOCK void* scanlock_data(const Tensor* t) { return t->device().is_cpu() ? t->data_ptr() : nullptr; }

SCANLOCK int scanlock_item(const Tensor* t, double* value) {
    return run([&] { *value = t->item<double>(); });
}

SCANLOCK int scanlock_set_requires_grad(Tensor* t, int requires_grad) {
    return run([&] { t->set_requires_grad(requires_grad != 0); });
}

// Null without an error when there is no gradient.
SCANLOCK Tensor* scanlock_grad(const Tensor* t, int* present) {
    *present = t->grad().defined();
    return *present ? make([&] { return t->grad(); }) : nullptr;
}

SCANLOCK int scanlock_zero_grad(Tensor* t) {
    return run([&] { t->mutable_grad() = Tensor(); });
}

SCANLOCK int scanlock_backward(Tensor* t) {
    return run([&] { t->backward(); });
}

SCANLOCK Tensor* scanlock_detach(const Tensor* t) {
    return make([&] { return t->detach(); });
}

SCANLOCK Tensor* scanlock_clone(const Tensor* t) {
    return make([&] { return t->clone(); });
}

SCANLOCK Tensor* scanlock_contiguous(const Tensor* t) {
    return make([&] { return t->contiguous(); });
}

SCANLOCK Tensor* scanlock_to(const Tensor* t, int device_type, int device_index, int dtype, int non_blocking) {
    return make([&] { return t->to(options(dtype, device_type, device_index), non_blocking != 0); });
}

SCANLOCK Tensor* scanlock_to_memory_format(const Tensor* t, int format) {
    return make([&] { return t->contiguous(static_cast<at::MemoryFormat>(format)); });
}

SCANLOCK int scanlock_is_contiguous_as(const Tensor* t, int format) {
    return t->is_contiguous(static_cast<at::MemoryFormat>(format));
}

SCANLOCK int scanlock_copy_(Tensor* t, const Tensor* source, int non_blocking) {
    return run([&] { t->copy_(*source, non_blocking != 0); });
}

// Makes `t` stand for `source`'s memory: how a parameter changes device or dtype and stays the same parameter.
SCANLOCK int scanlock_set_data(Tensor* t, const Tensor* source) {
    return run([&] { t->set_data(*source); });
}

SCANLOCK int scanlock_fill_(Tensor* t, double value) {
    return run([&] { t->fill_(value); });
}
