using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent.Staging;

/// <summary>
/// Finds out which ciphertexts of a failed job the disk has altered, and drops them, so that they are asked for and sent again. The others
/// stay: a job also fails so by headers that do not fit, and a dataset is not sent twice for that.
/// </summary>
internal sealed class DamagedInputs(SiteState state, CiphertextStore store, Journal journal, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public async Task DropAsync(IReadOnlyList<JobInput> inputs, CancellationToken cancellationToken)
    {
        // One job at a time: what a second one has read as damaged could be sent anew, and good, by the time it is deleted.
        await using var alone = await WaitForTurnAsync(cancellationToken);
        var complete = inputs.All(input => store.Has(input.Digest, input.Bytes));
        foreach (var input in inputs.DistinctBy(input => input.Digest))
        {
            // Where one is missing or cut short the reason is known, and reading all of a large dataset would only hold the queue up.
            if (!(complete ? await store.IsIntactAsync(input.Digest, cancellationToken) : store.Has(input.Digest, input.Bytes)))
            {
                store.DropWhole(input.Digest);
                journal.Damaged(input.Digest);
            }
        }
    }

    private async Task<FileStream> WaitForTurnAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new(state.DamageLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(state.DamageLock))
            {
                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }
}
