using static Scanlock.LibTorch.torch;

namespace Scanlock.LibTorch.Tests;

public sealed class ErrorTests : TorchTest
{
    [Fact]
    public void A_native_error_becomes_an_exception_with_libtorchs_message()
    {
        var error = Assert.Throws<TorchException>(() => ones([2, 3]).matmul(ones([2, 3])));

        Assert.Equal(TorchErrorKind.Shape, error.Kind);
        Assert.Contains("2x3", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception raised from", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<TorchErrorKind, string, Func<Tensor>> Refusals => new()
    {
        { TorchErrorKind.Shape, "size of tensor a (2)", () => ones([2]) + ones([3]) },
        { TorchErrorKind.Shape, "Given groups=1", () => nn.functional.conv2d(ones([1, 2, 4, 4]), ones([1, 1, 3, 3]), null, [1, 1], [0, 0], [1, 1]) },
        { TorchErrorKind.Shape, "invalid for input of size 4", () => ones([4]).reshape(3) },
        { TorchErrorKind.Shape, "Sizes of tensors must match", () => cat([ones([2, 1]), ones([3, 2])], 1) },
        { TorchErrorKind.Shape, "equal size", () => stack([ones([2]), ones([3])]) },
        { TorchErrorKind.Shape, "existing size", () => ones([2]).expand(3) },
        { TorchErrorKind.Index, "Dimension out of range", () => ones([2]).sum(5) },
        { TorchErrorKind.NotImplemented, "not implemented for 'Long'", () => ones([2], ScalarType.Int64).softmax(0) },
        { TorchErrorKind.NotImplemented, "CUDA", () => empty([1], device: CUDA) },
        { TorchErrorKind.Failed, "can't be cast", () => ones([2], ScalarType.Int64).add_(0.5) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Errors_have_kinds(TorchErrorKind kind, string words, Func<Tensor> act)
    {
        Assert.SkipWhen(words == "CUDA" && cuda.is_available(), "there is a GPU");

        var error = Assert.Throws<TorchException>(act);

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public void Memory_that_cannot_be_had_is_told_apart()
    {
        var error = Assert.Throws<TorchException>(() => empty([1L << 45]));

        Assert.Equal(TorchErrorKind.OutOfMemory, error.Kind);
    }

    [Fact]
    public void Each_thread_has_its_own_error()
    {
        var other = new Thread(() => Assert.Throws<TorchException>(() => empty([1L << 45])));
        var error = Assert.Throws<TorchException>(() =>
        {
            other.Start();
            other.Join();
            return ones([2]).matmul(ones([3], ScalarType.Int64));
        });

        Assert.Equal(TorchErrorKind.Failed, error.Kind);
    }

    [Fact]
    public void A_failed_operation_leaves_no_tensor_behind()
    {
        var (a, b) = (ones([2]), ones([3]));
        var before = Tensor.TotalCount;

        Assert.Throws<TorchException>(() => a.matmul(b));

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_freed_tensor_cannot_be_used()
    {
        var t = ones([1]);
        t.Dispose();
        t.Dispose();

        Assert.Throws<ObjectDisposedException>(() => t.add(1));
        Assert.Throws<ObjectDisposedException>(() => t.shape);
        Assert.Throws<ObjectDisposedException>(() => cat([ones([1]), t]));
    }

    [Fact]
    public void Values_that_do_not_fill_the_shape_are_refused() =>
        Assert.Throws<ArgumentException>(() => tensor([1f, 2, 3], [2, 2]));

    [Fact]
    public void Elements_are_not_read_as_another_type() =>
        Assert.Throws<InvalidOperationException>(() => ones([1]).data<long>());

    [Fact]
    public void A_view_is_not_read_in_place() =>
        Assert.Throws<InvalidOperationException>(() => ones([2, 2]).narrow(1, 0, 1).bytes.ToArray());

    [Theory]
    [InlineData("cpu", DeviceType.CPU)]
    [InlineData("cuda", DeviceType.CUDA)]
    [InlineData("cuda:3", DeviceType.CUDA, 3)]
    public void Devices_have_names(string name, DeviceType type, int index = -1)
    {
        Assert.Equal(new Device(type, index), device(name));
        Assert.Equal(name, device(name).ToString());
    }

    [Theory]
    [InlineData("tpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    public void An_unknown_device_is_refused(string name) => Assert.Throws<ArgumentException>(() => device(name));
}
