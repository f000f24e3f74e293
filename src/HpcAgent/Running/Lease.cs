namespace Scanlock.HpcAgent.Running;

/// <summary>
/// A lease as the job counts it: by its own clock that nobody can set, from the moment it signed the request that was granted.
/// </summary>
internal sealed class Lease(TimeProvider time)
{
    private long _from;
    private TimeSpan _length;

    public bool IsGranted { get; private set; }

    /// <summary>Begins or prolongs it; a grant never shortens what is left.</summary>
    /// <param name="signedAt">Timestamp of the granted request.</param>
    public void Grant(long signedAt, TimeSpan length)
    {
        if (!IsGranted || Ends(signedAt, length) > Left)
        {
            (_from, _length, IsGranted) = (signedAt, length, true);
        }
    }

    public TimeSpan Left => Ends(_from, _length);

    public bool HasLapsed => IsGranted && Left <= TimeSpan.Zero;

    /// <summary>Half of it is gone: time to ask again, and time left to be answered.</summary>
    public bool IsRenewalDue => IsGranted && Left <= _length / 2;

    private TimeSpan Ends(long from, TimeSpan length) => length - time.GetElapsedTime(from);
}
