using System.Formats.Tar;
using System.Runtime.InteropServices;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Tests;

/// <summary>One made-up slice on its way into a shard.</summary>
/// <param name="Mask">Its lesion mask; null for none.</param>
/// <param name="Record">Null for an axial original of a series of its patient.</param>
internal sealed record PhantomSlice(string Key, string Patient, string Class, byte[] Npy, byte[]? Mask = null, SampleRecord? Record = null);

/// <summary>Made-up chest slices: dark lungs, and in class 1 bright patches in them. Clearly separable, and noisy.</summary>
internal static class Phantoms
{
    internal static IReadOnlyList<PhantomSlice> Make(int patientsPerClass, int slicesPerPatient, int side = 48, int seed = 1, bool masks = false)
    {
        var random = new DeterministicRandom(seed, 99);
        return
        [
            .. from patient in Enumerable.Range(0, 2 * patientsPerClass)
               from slice in Enumerable.Range(0, slicesPerPatient)
               let positive = patient % 2 == 1
               let chest = Chest(positive, side, random)
               select new PhantomSlice(
                   $"p{patient:000}-{slice:00}", $"patient{patient:000}", positive ? "1" : "0", Npy(chest.Units, side, side),
                   masks ? NpyCodec.Encode(new NpyImage(NpyElement.Mask, side, side, chest.Lesion)) : null),
        ];
    }

    internal static byte[] Npy(short[] units, int rows, int columns) =>
        NpyCodec.Encode(new NpyImage(NpyElement.Hounsfield, rows, columns, MemoryMarshal.AsBytes(units.AsSpan()).ToArray()));

    internal static byte[] Mask(bool[] marks, int rows, int columns) =>
        NpyCodec.Encode(new NpyImage(NpyElement.Mask, rows, columns, marks.Select(m => m ? (byte)1 : (byte)0).ToArray()));

    /// <summary>Writes the slices as a data folder: two shards and the label table.</summary>
    internal static async Task WriteAsync(IReadOnlyList<PhantomSlice> slices, string folder, string label = "covid")
    {
        Directory.CreateDirectory(folder);
        foreach (var (shard, index) in slices.Chunk(Math.Max(1, (slices.Count + 1) / 2)).Select((s, i) => (s, i)))
        {
            await WriteShardAsync(shard, Path.Combine(folder, $"shard-{index:00000}.tar"));
        }

        await WriteLabelsAsync(slices.Select(s => new LabelRow(s.Key, label, s.Class)), folder);
    }

    internal static async Task WriteLabelsAsync(IEnumerable<LabelRow> rows, string folder)
    {
        await using var table = File.Create(Path.Combine(folder, TrainerJob.LabelsFile));
        foreach (var row in rows)
        {
            await table.WriteAsync(Wire.Write(row, ContractsJson.Strict.LabelRow));
            table.WriteByte((byte)'\n');
        }
    }

    internal static async Task WriteShardAsync(IEnumerable<PhantomSlice> slices, string path)
    {
        await using var tar = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        foreach (var slice in slices)
        {
            var record = slice.Record
                ?? new SampleRecord(1, slice.Patient, slice.Patient + "s", 1, null, null, [0.7, 0.7, 5], ["ORIGINAL", "PRIMARY", "AXIAL"]);
            await AddAsync(tar, $"{slice.Key}.npy", slice.Npy);
            await AddAsync(tar, $"{slice.Key}.json", Wire.Write(record, ContractsJson.Strict.SampleRecord));
            if (slice.Mask is not null)
            {
                await AddAsync(tar, $"{slice.Key}.mask.npy", slice.Mask);
            }
        }
    }

    internal static Task AddAsync(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static (short[] Units, byte[] Lesion) Chest(bool positive, int side, DeterministicRandom random)
    {
        var units = new short[side * side];
        var lesion = new byte[side * side];
        var (patchX, patchY) = (0.3 + random.NextWithin(0.08), 0.5 + random.NextWithin(0.15));
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (u, v) = ((x + 0.5) / side, (y + 0.5) / side);
                var lung = Inside(u, v, 0.3, 0.5, 0.16, 0.32) || Inside(u, v, 0.7, 0.5, 0.16, 0.32);
                var patch = positive && Inside(u, v, patchX, patchY, 0.1, 0.12);
                var tissue = patch ? -100 : lung ? -850 : Inside(u, v, 0.5, 0.5, 0.48, 0.45) ? 40 : -1000;
                units[(y * side) + x] = (short)(tissue + random.NextWithin(80));
                lesion[(y * side) + x] = (byte)(patch ? 1 : 0);
            }
        }

        return (units, lesion);
    }

    internal static bool Inside(double u, double v, double cx, double cy, double rx, double ry) =>
        Math.Pow((u - cx) / rx, 2) + Math.Pow((v - cy) / ry, 2) < 1;
}
