#include "shim.h"
#include <torch/csrc/autograd/autograd.h>

using namespace scanlock;

// Derivatives of `outputs`, weighted by `weights` (null: each output is one number), into `gradients`, one for each input;
// null there, if `allow_unused`, where an output does not depend on it.
SCANLOCK int scanlock_autograd_grad(Tensor* const* outputs, int output_count, Tensor* const* inputs, int input_count,
                                    Tensor* const* weights, int retain_graph, int create_graph, int allow_unused,
                                    Tensor** gradients) {
    for (int i = 0; i < input_count; i++) gradients[i] = nullptr;
    return run([&] {
        const auto found = torch::autograd::grad(
            list(outputs, output_count), list(inputs, input_count), weights ? list(weights, output_count) : std::vector<Tensor>(),
            retain_graph != 0, create_graph != 0, allow_unused != 0);
        for (size_t i = 0; i < found.size(); i++)
            if (found[i].defined()) gradients[i] = give(found[i]);
    });
}

SCANLOCK int scanlock_backward_retaining(Tensor* t, int retain_graph, int create_graph) {
    return run([&] { t->backward({}, retain_graph != 0, create_graph != 0); });
}
