using System.Runtime.InteropServices;
using Scanlock.Intake.Text;

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
            var regions = BurnedInText.Find(pixels, rows, columns);
            // Drawn at the top left, each in one line.
            if (regions.Any(region => region.Row < 12 && region.Column < 24 && region.Columns > 40))
            {
                found.Add(file);
            }

            foreach (var region in regions)
            {
                BurnedInText.Mask(pixels.AsSpan(), rows, columns, region);
            }

            Assert.DoesNotContain(BurnedInText.Find(pixels, rows, columns), region => region.Row < 20 && region.Column < 200);
        }

        // One name is drawn in white on a white frame, where nobody can read it.
        Assert.True(found.Count >= planted.Count - 1, $"{found.Count} of {planted.Count}");
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
            if (await pool.ExamineAsync(file) is Scanlock.Gateway.Intake.IntakeOutcome.Accepted)
            {
                var (pixels, rows, columns) = await PixelsAsync(pool, file);
                Assert.True(BurnedInText.Find(pixels, rows, columns).Count == 0, Path.GetFileName(file));
                seen++;
            }
        }

        Assert.True(seen >= 50, $"{seen} slices");
    }

    private static async Task<(short[] Pixels, int Rows, int Columns)> PixelsAsync(Scanlock.Gateway.Intake.IntakePool pool, string file)
    {
        var accepted = (await pool.ExamineAsync(file)).Accepted();
        return (MemoryMarshal.Cast<byte, short>(accepted.Pixels).ToArray(), accepted.Content.Rows, accepted.Content.Columns);
    }
}
