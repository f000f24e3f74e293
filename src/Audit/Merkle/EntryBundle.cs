using System.Buffers;
using System.Buffers.Binary;

namespace Scanlock.Audit;

/// <summary>Entry bundles of C2SP tlog-tiles: each entry behind its length as a big-endian uint16.</summary>
internal static class EntryBundle
{
    public const int MaxEntry = ushort.MaxValue;

    /// <summary>The most bytes that a full bundle can have.</summary>
    public const int MaxBytes = TilePath.Width * (sizeof(ushort) + MaxEntry);

    /// <summary>The bytes that an entry takes in a bundle.</summary>
    public static int Length(byte[] entry) => sizeof(ushort) + entry.Length;

    public static void Write(Span<byte> destination, byte[] entry)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)entry.Length));
        entry.CopyTo(destination[sizeof(ushort)..]);
    }

    public static void Append(IBufferWriter<byte> bundle, byte[] entry)
    {
        Write(bundle.GetSpan(Length(entry)), entry);
        bundle.Advance(Length(entry));
    }

    /// <summary>
    /// The entries in a bundle's bytes; <paramref name="whole"/> is false where bytes are left over: a part of an entry, or more
    /// entries than were asked for.
    /// </summary>
    public static List<ReadOnlyMemory<byte>> Parse(ReadOnlyMemory<byte> bundle, out bool whole, int most = TilePath.Width)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        while (bundle.Length >= sizeof(ushort) && entries.Count < most)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.Span);
            if (bundle.Length < sizeof(ushort) + length)
            {
                break;
            }

            entries.Add(bundle.Slice(sizeof(ushort), length));
            bundle = bundle[(sizeof(ushort) + length)..];
        }

        whole = bundle.IsEmpty;
        return entries;
    }
}
