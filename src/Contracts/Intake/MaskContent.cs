using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Scanlock.Contracts.Intake;

/// <summary>What comes with an <see cref="IntakeMask"/>, in the form its <see cref="MaskForm"/> says.</summary>
public static class MaskContent
{
    private const int PointBytes = 3 * sizeof(double);

    public static int BitmapBytes(int rows, int columns) => ((rows * columns) + 7) / 8;

    public static bool IsMarked(ReadOnlySpan<byte> bitmap, int pixel) => (bitmap[pixel >> 3] >> (pixel & 7) & 1) != 0;

    public static void Mark(Span<byte> bitmap, int pixel) => bitmap[pixel >> 3] |= (byte)(1 << (pixel & 7));

    /// <summary>Polygons as they are sent, each with its points.</summary>
    public static byte[] WriteContours(IReadOnlyList<IReadOnlyList<MaskPoint>> contours)
    {
        var bytes = new byte[contours.Sum(contour => sizeof(uint) + (contour.Count * PointBytes))];
        var at = 0;
        foreach (var contour in contours)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)contour.Count);
            at += sizeof(uint);
            foreach (var (x, y, z) in contour)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at), x);
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at + sizeof(double)), y);
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at + (2 * sizeof(double))), z);
                at += PointBytes;
            }
        }

        return bytes;
    }

    /// <summary>The polygons of content that <see cref="AreContours"/>.</summary>
    public static IReadOnlyList<IReadOnlyList<MaskPoint>> ReadContours(ReadOnlySpan<byte> content)
    {
        var contours = new List<IReadOnlyList<MaskPoint>>();
        while (!content.IsEmpty)
        {
            var points = new MaskPoint[BinaryPrimitives.ReadUInt32LittleEndian(content)];
            content = content[sizeof(uint)..];
            for (var point = 0; point < points.Length; point++)
            {
                points[point] = new MaskPoint(
                    BinaryPrimitives.ReadDoubleLittleEndian(content),
                    BinaryPrimitives.ReadDoubleLittleEndian(content[sizeof(double)..]),
                    BinaryPrimitives.ReadDoubleLittleEndian(content[(2 * sizeof(double))..]));
                content = content[PointBytes..];
            }

            contours.Add(points);
        }

        return contours;
    }

    /// <summary>Whether these are polygons of three points or more, every coordinate a number that lies in a patient.</summary>
    public static bool AreContours(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return false;
        }

        while (!content.IsEmpty)
        {
            if (content.Length < sizeof(uint))
            {
                return false;
            }

            long bytes = BinaryPrimitives.ReadUInt32LittleEndian(content) * (long)PointBytes;
            content = content[sizeof(uint)..];
            if (bytes < 3 * PointBytes || bytes > content.Length)
            {
                return false;
            }

            for (var at = 0; at < (int)bytes; at += sizeof(double))
            {
                if (!(Math.Abs(BinaryPrimitives.ReadDoubleLittleEndian(content[at..])) <= IntakeProtocol.MaxCoordinate))
                {
                    return false;
                }
            }

            content = content[(int)bytes..];
        }

        return true;
    }
}

/// <summary>mm in patient coordinates.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MaskPoint(double X, double Y, double Z);
