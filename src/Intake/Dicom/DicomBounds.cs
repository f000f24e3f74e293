using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>What an object may make the worker read, keep and nest. Real objects stay far below each; who passes one is refused for it.</summary>
internal static class DicomBounds
{
    /// <summary>The largest object, as it is sent.</summary>
    internal const long MaxObjectBytes = IntakeProtocol.MaxObjectBytes;

    /// <summary>All that stands before the pixels. An enhanced CT of 4000 slices has some 6 MiB.</summary>
    internal const long MaxHeaderBytes = 32 << 20;

    /// <summary>One value before the pixels.</summary>
    internal const long MaxValueBytes = 16 << 20;

    /// <summary>Sequences in sequences. Real objects nest less than ten deep.</summary>
    internal const int MaxDepth = 64;

    internal const int MaxItems = 200_000;

    internal const int MaxElements = 1_000_000;

    internal const int MaxFrames = IntakeProtocol.MaxFrames;

    /// <summary>The parts an encapsulated object's frames may be cut into, all together.</summary>
    internal const int MaxFragments = 8 * MaxFrames;

    /// <summary>How many times its own size a deflated object may become, once it is past <see cref="FreeInflatedBytes"/>. Tissue deflates two- to fivefold.</summary>
    internal const int MaxInflation = 100;

    /// <summary>What may be inflated before the ratio counts: an image of nothing but air inflates a thousandfold.</summary>
    internal const long FreeInflatedBytes = 64 << 20;
}
