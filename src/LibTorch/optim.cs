using Scanlock.LibTorch.Modules;

namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    /// <summary>
    /// Optimizers, with PyTorch's arithmetic. Over named parameters their state is saved under those names, otherwise under
    /// numbers; make them after the network is where it will be trained.
    /// </summary>
    public static partial class optim
    {
        public static SGD SGD(
            IEnumerable<ParamGroup> parameters, double learningRate, double momentum = 0, double weight_decay = 0, bool nesterov = false) =>
            new(parameters, new SgdOptions(learningRate, momentum, weight_decay, nesterov));

        public static SGD SGD(
            IEnumerable<(string name, Parameter parameter)> named_parameters, double learningRate, double momentum = 0,
            double weight_decay = 0, bool nesterov = false) =>
            SGD([new ParamGroup(named_parameters)], learningRate, momentum, weight_decay, nesterov);

        public static SGD SGD(
            IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double weight_decay = 0, bool nesterov = false) =>
            SGD(Optimizer.Numbered(parameters), learningRate, momentum, weight_decay, nesterov);

        public static Adam Adam(
            IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0, bool amsgrad = false) =>
            new(parameters, new AdamOptions(lr, beta1, beta2, eps, weight_decay, amsgrad));

        public static Adam Adam(
            IEnumerable<(string name, Parameter parameter)> named_parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
            double eps = 1e-8, double weight_decay = 0, bool amsgrad = false) =>
            Adam([new ParamGroup(named_parameters)], lr, beta1, beta2, eps, weight_decay, amsgrad);

        public static Adam Adam(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0, bool amsgrad = false) =>
            Adam(Optimizer.Numbered(parameters), lr, beta1, beta2, eps, weight_decay, amsgrad);

        public static AdamW AdamW(
            IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 1e-2, bool amsgrad = false) =>
            new(parameters, new AdamOptions(lr, beta1, beta2, eps, weight_decay, amsgrad));

        public static AdamW AdamW(
            IEnumerable<(string name, Parameter parameter)> named_parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
            double eps = 1e-8, double weight_decay = 1e-2, bool amsgrad = false) =>
            AdamW([new ParamGroup(named_parameters)], lr, beta1, beta2, eps, weight_decay, amsgrad);

        public static AdamW AdamW(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 1e-2, bool amsgrad = false) =>
            AdamW(Optimizer.Numbered(parameters), lr, beta1, beta2, eps, weight_decay, amsgrad);
    }

    public static partial class nn
    {
        public static class utils
        {
            /// <summary>
            /// Scales all gradients down together so that the norm of all of them is at most <paramref name="max_norm"/> (Pascanu et al.,
            /// ICML 2013), and returns that norm as it was: not finite where a gradient is not.
            /// </summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> parameters, double max_norm, double norm_type = 2)
            {
                using var held = new HeldHandles([.. parameters]);
                fixed (nint* list = held.Pointers)
                {
                    TorchException.ThrowIfFailed(Native.scanlock_clip_grad_norm_(list, held.Pointers.Length, max_norm, norm_type, out var total));
                    return total;
                }
            }
        }
    }
}
