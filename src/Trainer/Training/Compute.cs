namespace Scanlock.Trainer.Training;

/// <summary>What a training computes on.</summary>
internal static class Compute
{
    /// <summary>Chooses the device, and sets libtorch up so that the same plan computes the same; false where the device is not there.</summary>
    internal static bool TryStart(TrialPlan plan, out Device device)
    {
        var gpu = plan.Spec.Device != "cpu" && cuda.is_available();
        device = gpu ? CUDA : CPU;
        if (!gpu && plan.Spec.Device == "cuda")
        {
            return false;
        }

        set_num_threads(plan.Threads);
        use_deterministic_algorithms(true);
        manual_seed(plan.Seed);
        return true;
    }
}
