using Scanlock.Contracts.Jobs;
using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Training;

/// <summary>
/// What a trial computes on. A processor computes in float32, the same bytes each time. A GPU trains in bfloat16 where that loses nothing
/// that matters, with the channels of a pixel side by side, and takes the fastest algorithms, which do not add up in the same order twice.
/// </summary>
internal sealed class Compute
{
    private Compute(Device device) => Device = device;

    internal Device Device { get; }

    private bool IsGpu => Device.type == DeviceType.CUDA;

    /// <summary>Chooses the device and sets libtorch up.</summary>
    internal static Result<Compute> For(TrialPlan plan)
    {
        var gpu = plan.Spec.Device != "cpu" && cuda.is_available();
        if (!gpu && plan.Spec.Device == "cuda")
        {
            return new Result<Compute>.Refused(JobFailures.NoDevice, "device: the spec asks for cuda and there is none here");
        }

        set_num_threads(plan.Threads);
        use_deterministic_algorithms(!gpu);
        return new Result<Compute>.Ok(new Compute(gpu ? CUDA : CPU));
    }

    /// <summary>Brings a network to the device.</summary>
    internal void Take(Architecture network)
    {
        network.to(Device);
        if (IsGpu)
        {
            network.to(MemoryFormat.ChannelsLast);
        }
    }

    /// <summary>Until disposed, a GPU computes in bfloat16 where that is enough.</summary>
    internal IDisposable? InTrainingPrecision() => IsGpu ? autocast(DeviceType.CUDA) : null;
}
