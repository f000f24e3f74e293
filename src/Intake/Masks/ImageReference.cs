using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Masks;

/// <summary>An image that another object refers to (PS3.3 table 10-3).</summary>
/// <param name="Frame">From 0; null where the whole image is meant.</param>
internal sealed record ImageReference(string Sop, int? Frame)
{
    private static readonly DicomTag SopInstance = new(0x0008, 0x1155);
    private static readonly DicomTag FrameNumber = new(0x0008, 0x1160);

    internal static ImageReference? Of(DicomDataSet item) =>
        item.Uid(SopInstance) is { } sop
            ? new ImageReference(sop, item.Integer(FrameNumber) is { } frame and >= 1 and <= IntakeProtocol.MaxFrames ? frame - 1 : null)
            : null;
}
