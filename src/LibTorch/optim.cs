using Scanlock.LibTorch.Modules;

namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    public static class optim
    {
        public static Modules.AdamW AdamW(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 1e-2) =>
            new(parameters, new Modules.AdamWOptions(lr, beta1, beta2, eps, weight_decay));
    }
}
