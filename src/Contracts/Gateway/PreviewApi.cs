using Scanlock.Contracts.Datasets;

namespace Scanlock.Contracts.Gateway;

/// <summary>Which sample a steward wants to see, and how; of several, the gateway draws one.</summary>
/// <param name="Sample">A sample's key, or null for any.</param>
/// <param name="Patient">The pseudonym of a patient, or null for any.</param>
/// <param name="Width">Window width, Hounsfield units; with <paramref name="Level"/>, or both null for the lung window.</param>
/// <param name="Level">Window centre, Hounsfield units.</param>
public sealed record PreviewChoice(string? Sample, string? Patient, double? Width, double? Level);

/// <summary>One sample as it would leave: the record as it stands in a shard, its labels, and its pixels as a picture.</summary>
/// <param name="Sample">Its key.</param>
/// <param name="Candidates">How many samples it was drawn from.</param>
/// <param name="Labels">Values by label name.</param>
/// <param name="Lowest">The lowest value of its pixels, Hounsfield units.</param>
/// <param name="Highest">The highest.</param>
/// <param name="Width">The window it is shown in, Hounsfield units.</param>
/// <param name="Png">8-bit grey.</param>
public sealed record SamplePreview(
    string Dataset,
    string Sample,
    int Candidates,
    SampleRecord Record,
    IReadOnlyDictionary<string, string> Labels,
    int Rows,
    int Columns,
    int Lowest,
    int Highest,
    double Width,
    double Level,
    byte[] Png);
