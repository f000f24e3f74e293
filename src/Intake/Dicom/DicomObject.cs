using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>An object being read: its header, then its pixels, part by part and once, then whatever trails them.</summary>
internal sealed class DicomObject : IDisposable
{
    private readonly DicomParser parser;
    private readonly DicomInput file;
    private readonly InflatingStream? inflating;

    internal DicomObject(DicomHeader header, PixelData pixels, DicomParser parser, DicomInput file, InflatingStream? inflating)
    {
        (Header, Pixels, this.parser, this.file, this.inflating) = (header, pixels, parser, file, inflating);
    }

    internal DicomHeader Header { get; }

    /// <summary>The pixels as they are stored; nothing where the object has none.</summary>
    internal PixelData Pixels { get; }

    /// <summary>
    /// Reads to the object's end: what is left of its pixels, and the elements behind them, of which nothing is kept. Null where all was
    /// there.
    /// </summary>
    internal RefusalCode? Finish()
    {
        try
        {
            Pixels.PassRest();
            parser.PassTrailing(Header.Encoding);
            file.SkipRest();
            return null;
        }
        catch (DicomException exception)
        {
            return exception.Code;
        }
    }

    public void Dispose() => inflating?.Dispose();
}
