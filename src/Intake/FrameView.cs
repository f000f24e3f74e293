using System.Runtime.InteropServices;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.Intake.Text;

namespace Scanlock.Intake;

/// <summary>One frame as it is looked at: decoded once, told in levels once and searched for text once, whatever is made of it.</summary>
internal sealed class FrameView
{
    private readonly ImagePixels image;
    private byte[]? levels;

    private FrameView(ImagePixels image, FrameReading.Frame frame, FrameFacts facts) =>
        (this.image, Stored, Decoded, Facts) = (image, frame.Stored, frame.Decoded, facts);

    /// <summary>As the object has it.</summary>
    internal StoredFrame Stored { get; }

    internal DecodedFrame Decoded { get; }

    internal FrameFacts Facts { get; }

    /// <summary>Whether it can be told in Hounsfield units.</summary>
    internal bool HasHounsfield => image.SamplesPerPixel == 1 && Facts.Rescale is not null;

    /// <summary>Where text was found.</summary>
    internal IReadOnlyList<TextRegion> Text { get; private set; } = [];

    /// <summary>Hounsfield units where it has them, else grey levels that span as much; int16, little endian, row by row.</summary>
    /// <exception cref="DicomException">What its samples look like cannot be said.</exception>
    internal byte[] Levels => levels ??= HasHounsfield
        ? Hounsfield.Convert(Decoded.Samples.Span, Decoded.Form, Facts.Rescale!, Facts.Padding)
        : MemoryMarshal.AsBytes(GreyFrames.Of(GreyLevels.Of(Decoded, image) ?? throw new DicomException(RefusalCode.UnsupportedPixels)).AsSpan()).ToArray();

    internal static FrameView Of(ImagePixels image, FrameReading.Frame frame, DicomDataSet data) =>
        new(image, frame, FrameFacts.Of(data, frame.Decoded.Number, image.Frames));

    /// <summary>Looks for the text in it.</summary>
    /// <exception cref="DicomException">What its samples look like cannot be said.</exception>
    internal void FindText() => Text = BurnedInText.Find(MemoryMarshal.Cast<byte, short>(Levels), image.Rows, image.Columns);

    /// <summary>Looks for all that must be painted over to hide the text in it. The levels stay as they are.</summary>
    /// <exception cref="DicomException">What its samples look like cannot be said.</exception>
    internal void FindAllText() => Text = BurnedInText.Hide(MemoryMarshal.Cast<byte, short>(Levels.ToArray().AsSpan()), image.Rows, image.Columns);

    /// <summary>Hides the text in its levels.</summary>
    /// <exception cref="DicomException">What its samples look like cannot be said.</exception>
    internal void HideText() => Text = BurnedInText.Hide(MemoryMarshal.Cast<byte, short>(Levels.AsSpan()), image.Rows, image.Columns);
}
