using Scanlock.LibTorch.Modules;

namespace Scanlock.LibTorch;

public static partial class torch
{
    public static partial class nn
    {
        public static Conv2d Conv2d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, long groups = 1,
            bool bias = true) =>
            new(in_channels, out_channels, [kernel_size, kernel_size], [stride, stride], [padding, padding], [dilation, dilation], groups, bias);

        public static Conv2d Conv2d(
            long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
            (long, long)? dilation = null, long groups = 1, bool bias = true) =>
            new(
                in_channels, out_channels, Two(kernel_size), Two(stride ?? (1, 1)), Two(padding ?? (0, 0)), Two(dilation ?? (1, 1)), groups,
                bias);

        public static Conv3d Conv3d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, long groups = 1,
            bool bias = true) =>
            new(
                in_channels, out_channels, [kernel_size, kernel_size, kernel_size], [stride, stride, stride], [padding, padding, padding],
                [dilation, dilation, dilation], groups, bias);

        public static Conv3d Conv3d(
            long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long)? stride = null,
            (long, long, long)? padding = null, (long, long, long)? dilation = null, long groups = 1, bool bias = true) =>
            new(
                in_channels, out_channels, Three(kernel_size), Three(stride ?? (1, 1, 1)), Three(padding ?? (0, 0, 0)),
                Three(dilation ?? (1, 1, 1)), groups, bias);

        public static ConvTranspose2d ConvTranspose2d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, bool bias = true) =>
            new(in_channels, out_channels, [kernel_size, kernel_size], [stride, stride], [padding, padding], bias);

        public static ConvTranspose3d ConvTranspose3d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, bool bias = true) =>
            new(
                in_channels, out_channels, [kernel_size, kernel_size, kernel_size], [stride, stride, stride], [padding, padding, padding], bias);

        public static BatchNorm2d BatchNorm2d(long features, double eps = 1e-5, double momentum = 0.1) => new(features, eps, momentum);

        public static BatchNorm3d BatchNorm3d(long features, double eps = 1e-5, double momentum = 0.1) => new(features, eps, momentum);

        public static Linear Linear(long inputSize, long outputSize, bool hasBias = true) => new(inputSize, outputSize, hasBias);

        public static MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long? padding = null) =>
            new(kernel_size, stride ?? kernel_size, padding ?? 0);

        public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new(output_size);

        public static ReLU ReLU(bool inplace = false) => new(inplace);

        public static SiLU SiLU(bool inplace = false) => new(inplace);

        public static Hardswish Hardswish(bool inplace = false) => new(inplace);

        public static Sequential Sequential(params IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new(modules);

        private static long[] Two((long, long) sizes) => [sizes.Item1, sizes.Item2];

        private static long[] Three((long, long, long) sizes) => [sizes.Item1, sizes.Item2, sizes.Item3];
    }
}
