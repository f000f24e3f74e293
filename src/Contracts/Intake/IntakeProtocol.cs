namespace Scanlock.Contracts.Intake;

/// <summary>
/// How a host and its sandboxed intake worker speak, over the worker's standard streams. The worker starts with a greeting. Then, one object
/// after the other: the host sends an <see cref="IntakeTask"/>, and the object in chunks (a uint32 length and as many bytes; a length of 0 ends
/// the object, 0xFFFFFFFF abandons it). The worker reads the object as it comes and says meanwhile what it finds, in messages (see
/// <see cref="IntakeMessage"/>); the last is the verdict. An abandoned object's last message is a verdict too, which nobody heeds. So neither side
/// ever holds an object whole, and after a verdict and the object's end the next task can come. A greeting or a task is a uint32 length and as many
/// bytes of JSON. All integers are little endian. The host takes the worker for broken into: all it says is bounded and checked.
/// </summary>
public static class IntakeProtocol
{
    /// <summary>The largest object that is looked at.</summary>
    public const long MaxObjectBytes = 4L << 30;

    /// <summary>The longest rendition: that of the largest object, its pixels not compressed any more.</summary>
    public const long MaxRenditionBytes = 16L << 30;

    /// <summary>The most rows, and the most columns.</summary>
    public const int MaxSide = 4096;

    /// <summary>The most frames of one object.</summary>
    public const int MaxFrames = 20_000;

    /// <summary>
    /// How many times its own size an object's pixels may become, past <see cref="FreeExpandedBytes"/>. Tissue is coded two- to tenfold; without
    /// this, small objects could claim thousands of the largest frames.
    /// </summary>
    public const int MaxExpansion = 100;

    /// <summary>What may be decoded before the ratio counts: frames of nothing but air are coded a thousandfold.</summary>
    public const long FreeExpandedBytes = 512L << 20;

    /// <summary>The most masks of one object: every frame of a large one, of several segments.</summary>
    public const int MaxMasks = 100_000;

    /// <summary>The most points of all contours of one object.</summary>
    public const int MaxMaskPoints = 1_000_000;

    /// <summary>The longest coordinate of a mask's point, mm. No patient is larger.</summary>
    public const double MaxCoordinate = 100_000;

    public const int MaxChunkBytes = 64 << 10;

    public const int MaxJsonBytes = 1 << 20;

    /// <summary>The longest text taken from a header; DICOM's own bound for identifiers is 64 characters.</summary>
    public const int MaxTextLength = 256;

    internal const uint AbortMark = uint.MaxValue;

    /// <summary>How long a worker may be silent at an object when it is its turn.</summary>
    public static TimeSpan ObjectTime { get; } = TimeSpan.FromSeconds(10);
}
