using System.Runtime.InteropServices;
using Scanlock.Intake.Text;
using Scanlock.IntakeWorkers;

namespace Scanlock.Intake.Tests.Text;

/// <summary>Real slices, decoded by the real worker: those whose pixels hold planted names, and those that hold nothing.</summary>
public sealed class RealTextTests
{
    [Fact]
    public async Task Planted_names_are_found_and_masked()
    {
        var folder = Workers.Data("ct-slices");
        var planted = File.ReadLines(Path.Combine(folder, "phi.csv")).Select(line => line.Split(',')).Where(row => row[1] == "pixels").Select(row => row[0]).ToList();
        await using var pool = Workers.Start();
        var found = new List<string>();
        foreach (var file in planted)
        {
            var (pixels, rows, columns) = await PixelsAsync(pool, Path.Combine(folder, file));
            var regions = BurnedInText.Hide(pixels, rows, columns);
            // Drawn at the top left, each in one line.
            if (regions.Any(region => region.Row < 12 && region.Column < 24 && region.Columns > 40))
            {
                found.Add(file);
            }

            Assert.Empty(BurnedInText.Find(pixels, rows, columns));
        }

        Assert.Equal(planted, found);
    }

    [Theory]
    [InlineData("ct-series")]
    [InlineData("ct-lung-tumour")]
    public async Task Slices_of_a_scanner_have_no_text(string set)
    {
        var files = Directory.GetFiles(Workers.Data(set), "*.dcm", SearchOption.AllDirectories).Order().ToList();
        await using var pool = Workers.Start();
        var seen = 0;
        foreach (var file in files)
        {
            var examined = await pool.ExamineAsync(file);
            foreach (var (sample, bytes) in examined.Received.Samples)
            {
                Assert.True(BurnedInText.Find(MemoryMarshal.Cast<byte, short>(bytes), sample.Rows, sample.Columns).Count == 0, Path.GetFileName(file));
                seen++;
            }
        }

        Assert.True(seen >= 50, $"{seen} slices");
    }

    // A sample is sent before the verdict, so an object that is then quarantined has its pixels here too.
    private static async Task<(short[] Pixels, int Rows, int Columns)> PixelsAsync(IntakePool pool, string file)
    {
        var (sample, bytes) = Assert.Single((await pool.ExamineAsync(file)).Received.Samples);
        return (MemoryMarshal.Cast<byte, short>(bytes).ToArray(), sample.Rows, sample.Columns);
    }
}
