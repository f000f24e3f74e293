using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Envelope;
using Scanlock.HpcAgent.Measuring;
using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>
/// The process that a job's data are decrypted by, shut in and cut off from everything but run-step's pipes:
/// <list type="number">
/// <item>it closes its memory to others, copies the trainer and measures the copy, and makes a key pair;</item>
/// <item>it hands out the public half and waits for headers that are encrypted for it;</item>
/// <item>it decrypts every part into memory against the signed manifest, and wipes the keys;</item>
/// <item>it runs the trainer, passes on its progress, and dies with the job when the lease is not renewed in time;</item>
/// <item>it checks what the trainer left, seals it to the gateway and hands that out.</item>
/// </list>
/// </summary>
internal sealed class KeyHolder(HolderChannel channel)
{
    /// <summary>Runs one job. The exit code says nothing; what became of the job was reported.</summary>
    public static async Task<int> RunAsync(Stream input, Stream output, CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        await new KeyHolder(new(input, output)).RunAsync(cancellationToken);
        return 0;
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await channel.ReadAsync(cancellationToken) is not Prepare plan)
        {
            throw new WireFormatException("The key holder was not told its job.");
        }

        var work = new WorkFolder(plan.Work);
        work.Create();
        if (await OpenDataAsync(plan, work, cancellationToken) is not { } lease)
        {
            return;
        }

        using (lease)
        {
            if (plan.Weights is { } installed && !await CopyWeightsAsync(installed, plan.Job, work, cancellationToken))
            {
                await FailAsync(JobFailures.SiteRefused, cancellationToken);
                return;
            }

            await File.WriteAllBytesAsync(work.Job, Wire.Write(plan.Job, ContractsJson.Strict.TrainerJob), cancellationToken);
            await channel.ReportAsync(new Opened(), cancellationToken);
            var failure = await new TrainerRun(plan, work, channel).RunAsync(cancellationToken) ?? OutputCheck.Fault(work, plan.MaxModelBytes);
            await (failure is null ? SealAsync(plan, work, cancellationToken) : FailAsync(failure, cancellationToken));
        }
    }

    /// <summary>Steps 1 to 3; null, and the reason reported, when the data cannot be opened. The keys do not outlive it.</summary>
    private async Task<LeaseGuard?> OpenDataAsync(Prepare plan, WorkFolder work, CancellationToken cancellationToken)
    {
        var measured = await TrainerMeasurement.CopyAsync(new(plan.Trainer, plan.Command, plan.Libraries), work.Trainer, cancellationToken);
        using var key = PrivateKey.Generate();
        await channel.ReportAsync(new Ready(key.PublicKey.ToString(), measured.Trainer, measured.Runtime), cancellationToken);
        if (await channel.ReadAsync(cancellationToken) is not OpenData order)
        {
            throw new WireFormatException("The key holder was not told to open its data.");
        }

        var lease = new LeaseGuard(channel, order.LeaseMilliseconds);
        foreach (var part in plan.Parts)
        {
            var header = order.Headers.FirstOrDefault(h => h.Part == part.Id);
            var path = Path.Combine(work.Data, part.Id == plan.LabelsPart ? TrainerJob.LabelsFile : $"{part.Id}.tar");
            if (header is null || !await OpenPartAsync(plan, part, header, key, path, cancellationToken))
            {
                await FailAsync(JobFailures.InputDamaged, cancellationToken);
                lease.Dispose();
                return null;
            }
        }

        return lease;
    }

    private static async Task<bool> OpenPartAsync(
        Prepare plan, ManifestPart part, PartHeader header, PrivateKey key, string path, CancellationToken cancellationToken)
    {
        var staged = Path.Combine(plan.Staged, part.Ciphertext.Hex);
        if (!File.Exists(staged))
        {
            // Another job has found it damaged since this one was admitted.
            return false;
        }

        await using var body = File.OpenRead(staged);
        return !(await ManifestOpening.ToFileAsync(Convert.FromBase64String(header.Header), body, part, key, path, cancellationToken)).IsRefused;
    }

    /// <summary>False where the installed file cannot be read, or is not what the spec's digest says.</summary>
    private static async Task<bool> CopyWeightsAsync(string installed, TrainerJob job, WorkFolder work, CancellationToken cancellationToken)
    {
        // The spec was read by run-step, which found the file by this digest.
        var start = ((TrialSpecResult.Valid)TrialSpecReader.Read(job.Spec)).Spec.Start!.Value;
        var path = Path.Combine(work.Data, TrainerJob.WeightsFile(start));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FileStream source;
        try
        {
            source = File.OpenRead(installed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        await using (source)
        await using (var copy = File.Create(path))
        {
            await source.CopyToAsync(copy, cancellationToken);
        }

        await using var copied = File.OpenRead(path);
        return await Sha256Digest.OfAsync(copied, cancellationToken) == start;
    }

    private async Task SealAsync(Prepare plan, WorkFolder work, CancellationToken cancellationToken)
    {
        // Checked by run-step before the holder was started: a permit whose key seals nothing runs nothing.
        var gateway = PublicKey.FromBytes(Convert.FromBase64String(plan.SealingKey)).Unwrap();
        var metrics = await SealPartAsync(work.Metrics, SealedParts.Metrics, gateway, cancellationToken);
        var model = await SealPartAsync(work.Model, SealedParts.Model, gateway, cancellationToken);
        await channel.ReportAsync(new Sealed(metrics, model), cancellationToken);
    }

    private async Task<SealedPart> SealPartAsync(string path, string part, PublicKey gateway, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        await using var pieces = new PieceStream(channel, part);
        return await ResultSealing.SealAsync(file, pieces, gateway, cancellationToken);
    }

    private Task FailAsync(string failure, CancellationToken cancellationToken) => channel.ReportAsync(new HolderFailed(failure), cancellationToken);
}
