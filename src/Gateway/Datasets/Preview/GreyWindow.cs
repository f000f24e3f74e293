using System.Buffers.Binary;

namespace Scanlock.Gateway.Datasets.Preview;

/// <summary>Hounsfield units as grey: the linear VOI LUT function of PS3.3 C.11.2.1.2.1, from 0 to 255.</summary>
/// <param name="Width">Window width, Hounsfield units, at least 1.</param>
/// <param name="Level">Window centre, Hounsfield units.</param>
internal sealed record GreyWindow(double Width, double Level)
{
    public const double MaxWidth = 65536;
    public const double MaxLevel = 32768;
    private const double White = 255;

    public static GreyWindow Lung { get; } = new(1500, -500);

    public byte GreyOf(int hounsfield)
    {
        var centred = hounsfield - (Level - 0.5);
        var half = (Width - 1) / 2;
        return centred <= -half ? (byte)0 : centred > half ? (byte)White : (byte)Math.Round(((centred / (Width - 1)) + 0.5) * White);
    }

    /// <param name="hounsfield">int16, little endian.</param>
    public byte[] Apply(ReadOnlySpan<byte> hounsfield)
    {
        var grey = new byte[hounsfield.Length / sizeof(short)];
        for (var i = 0; i < grey.Length; i++)
        {
            grey[i] = GreyOf(BinaryPrimitives.ReadInt16LittleEndian(hounsfield[(i * sizeof(short))..]));
        }

        return grey;
    }
}
