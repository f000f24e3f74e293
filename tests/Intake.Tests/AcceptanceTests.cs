using Scanlock.Cli.Phantoms;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests;

/// <summary>What is taken in comes out exactly as it was, and with nothing of the header but the sample record.</summary>
public sealed class AcceptanceTests
{
    [Fact]
    public async Task A_phantoms_pixels_come_back_unit_for_unit()
    {
        await using var pool = Workers.Start();
        foreach (var slice in PhantomDataset.Make(new PhantomOptions(4, 2, 48, 7)))
        {
            var accepted = (await pool.ExamineAsync(slice.Bytes)).Accepted();

            Assert.Equal(slice.Units, Units(accepted));
            Assert.Equal((48, 48), (accepted.Sample.Rows, accepted.Sample.Columns));
            Assert.Equal(slice.Person.Id, accepted.Head.PatientId);
            Assert.Equal(slice.Person.Accession, accepted.Head.Accession);
            Assert.Equal([7.5, 7.5, 5], accepted.Sample.Slice.Spacing!);
        }
    }

    [Fact]
    [Trait("promise", "P3")]
    public async Task The_sample_record_holds_what_it_may_and_no_free_text()
    {
        await using var pool = Workers.Start();
        var (head, sample, _) = (await pool.ExamineAsync(new TestObject().Set(0x00080008, "CS", @"ORIGINAL\PRIMARY\AXIAL\Wrenfell").ToFile())).Accepted();

        Assert.Equivalent(
            new SampleRecord(1, "p", "s", 17, [-100, -90.5, 10], [1, 0, 0, 0, 1, 0], [0.5, 0.75, 1.25], ["ORIGINAL", "PRIMARY", "AXIAL", "OTHER"]),
            sample.Slice.ToSample("p", "s"),
            strict: true);
        Assert.Equal(
            ("1.2.3.4", "1.2.3.2", "1.2.3.1", "ACC778899", "MRN4455667", "Infirmary"),
            (head.SopInstanceUid, head.SeriesUid, head.StudyUid, head.Accession,
                head.PatientId, head.PatientIdIssuer));
        Assert.DoesNotContain("MRN4455667", $"{head}{sample}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signed_samples_padding_and_extremes_become_units()
    {
        await using var pool = Workers.Start();
        var file = new TestObject(1, 5).Set(0x00280120, "SS", BitConverter.GetBytes((short)-2000)).Set(0x00281052, "DS", "10").Set(0x00281053, "DS", "1.5")
            .Pixels(0, unchecked((ushort)-2000), unchecked((ushort)-3), 32767, unchecked((ushort)-32768)).ToFile();

        // -3 * 1.5 + 10 = 5.5, away from zero.
        Assert.Equal([10, -1024, 6, 32767, -32768], Units((await pool.ExamineAsync(file)).Accepted()));
    }

    [Fact]
    public async Task Eight_bit_samples_become_units()
    {
        await using var pool = Workers.Start();
        var file = new TestObject(1, 4).Set(0x00280100, 8).Set(0x00280101, 8).Set(0x00280102, 7).Set(0x00280103, 0)
            .Set(0x7fe00010, "OB", [0, 1, 128, 255]).ToFile();

        Assert.Equal([-1024, -1023, -896, -769], Units((await pool.ExamineAsync(file)).Accepted()));
    }

    [Fact]
    public async Task Many_objects_at_once_are_each_answered_with_their_own()
    {
        var slices = PhantomDataset.Make(new PhantomOptions(6, 4, 32, 3)).ToList();
        await using var pool = Workers.Start(workers: 3);
        var outcomes = await Task.WhenAll(slices.Select(slice => pool.ExamineAsync(slice.Bytes)));

        Assert.All(slices.Zip(outcomes), pair => Assert.Equal(pair.First.Units, Units(pair.Second.Slice())));
    }

    [Fact]
    public void A_phantom_dataset_is_the_same_for_a_seed_and_another_for_another()
    {
        static byte[] All(long seed) => [.. PhantomDataset.Make(new PhantomOptions(2, 2, 32, seed)).SelectMany(slice => slice.Bytes)];

        Assert.Equal(All(7), All(7));
        Assert.NotEqual(All(7), All(8));
    }

    [Fact]
    public void Phantoms_carry_their_persons_identifiers_where_a_search_finds_them()
    {
        var slice = PhantomDataset.Make(new PhantomOptions(2, 1, 32, 7)).Last();
        var text = System.Text.Encoding.Latin1.GetString(slice.Bytes);

        Assert.All(slice.Person.Identifiers, identifier => Assert.Contains(identifier, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_command_writes_a_labelled_dataset_and_leaves_a_full_folder_alone()
    {
        using var folder = new TestFolder();
        var start = DotnetRuntime.Current().Start(Repository.Output("Cli", "scanlock.dll"), "phantom", folder["made"], "--patients", "4", "--slices", "2", "--size", "32");
        var limits = new RunLimits(TimeSpan.FromMinutes(2));
        var made = await ProgramRunner.RunTextAsync(start, limits);
        var again = await ProgramRunner.RunTextAsync(start, limits);

        Assert.True(made.Succeeded, made.ErrorTail);
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(1)), again.End);
        var rows = await File.ReadAllLinesAsync(folder["made", "labels.csv"]);
        Assert.Equal("file,patient,finding", rows[0]);
        Assert.Equal(8, rows[1..].Count(row => File.Exists(folder["made", row.Split(',')[0]])));
        Assert.Equal(["0", "1"], rows[1..].Select(row => row.Split(',')[2]).Distinct());
    }

    private static short[] Units((IntakeHead Head, IntakeSample Sample, byte[] Pixels) accepted) =>
        [.. Enumerable.Range(0, accepted.Pixels.Length / 2).Select(index => BitConverter.ToInt16(accepted.Pixels, index * 2))];
}
