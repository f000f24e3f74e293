using System.Globalization;
using System.Text;

namespace Scanlock.Cli.Phantoms;

/// <summary>How many invented patients, slices of each, and how large.</summary>
public sealed record PhantomOptions(int Patients, int Slices, int Size, long Seed);

/// <summary>One object of a phantom dataset.</summary>
/// <param name="File">Its relative path, <c>case-001/0001.dcm</c>.</param>
/// <param name="Patient">The patient's number, from 1.</param>
/// <param name="Affected">Whether the patient's lungs show the finding.</param>
/// <param name="Units">The Hounsfield units drawn, row by row.</param>
/// <param name="Bytes">The DICOM object.</param>
public sealed record PhantomSlice(string File, int Patient, PhantomPatient Person, bool Affected, short[] Units, byte[] Bytes);

/// <summary>
/// A small chest-CT dataset in which nothing is real: half of the patients have clear lungs, half have the finding. The same options give
/// the same bytes.
/// </summary>
public static class PhantomDataset
{
    public const string LabelFile = "labels.csv";

    /// <summary>Makes the slices one after the other, patient by patient.</summary>
    public static IEnumerable<PhantomSlice> Make(PhantomOptions options)
    {
        for (var number = 1; number <= options.Patients; number++)
        {
            // Alternating, so that any even number of patients is balanced.
            var affected = number % 2 == 0;
            var patient = PhantomPatient.Invent(options.Seed, number);
            var chest = new ChestPhantom(options.Seed, number, affected);
            for (var index = 1; index <= options.Slices; index++)
            {
                var height = options.Slices == 1 ? 0 : (1.6 * (index - 1) / (options.Slices - 1)) - 0.8;
                var units = chest.Slice(options.Size, height);
                var bytes = PhantomObject.Write(patient, PhantomUids.For(options.Seed, number, index), options.Size, index, units);
                yield return new PhantomSlice($"case-{Number(number, 3)}/{Number(index, 4)}.dcm", number, patient, affected, units, bytes);
            }
        }
    }

    /// <summary>Writes the objects and <see cref="LabelFile"/> (file, patient, finding) into a folder. Returns how many objects.</summary>
    public static async Task<int> WriteAsync(PhantomOptions options, string folder, CancellationToken cancellationToken)
    {
        var labels = new StringBuilder("file,patient,finding\n");
        var count = 0;
        foreach (var slice in Make(options))
        {
            var path = Path.Combine(folder, slice.File);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, slice.Bytes, cancellationToken);
            labels.Append(CultureInfo.InvariantCulture, $"{slice.File},{slice.Patient},{(slice.Affected ? 1 : 0)}\n");
            count++;
        }

        await File.WriteAllTextAsync(Path.Combine(folder, LabelFile), labels.ToString(), cancellationToken);
        return count;
    }

    private static string Number(int number, int digits) => number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
}
