using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Data;

/// <summary>A labelled slice, or in three dimensions a labelled series: all that is said of it besides its pixels.</summary>
/// <param name="Key">The slice's key in its shard; of a volume the pseudonyms of its patient and its series.</param>
/// <param name="Class">
/// The label's value. A volume has the largest of its slices' classes. Where masks are learnt: 1 where the mask marks anything.
/// </param>
/// <param name="Item">Its place in <see cref="PreparedItems"/>.</param>
/// <param name="HeldOut">Whether the holdout label puts it into the validation part.</param>
internal sealed record Sample(string Key, string Patient, string Series, int Class, int Item = 0, bool HeldOut = false);
