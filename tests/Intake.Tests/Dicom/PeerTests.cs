using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Tests.Dicom;

/// <summary>What is read from other people's files, against what pydicom reads from them.</summary>
public sealed class PeerTests
{
    [Fact]
    public async Task Every_element_of_the_zoos_objects_is_the_one_that_pydicom_reads()
    {
        Assert.SkipUnless(Peers.HasPydicom, "python3-pydicom is not installed");
        var ours = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Workers.Data("zoo"), "*", SearchOption.AllDirectories))
        {
            using var stream = File.OpenRead(file);
            if (DicomReader.Open(stream) is DicomOpening.Opened opened)
            {
                using var whole = opened.Object;
                ours[file] = [.. Peers.Lines("", whole.Header.DataSet).Select(line => $"{file} {line}")];
            }
        }

        var theirs = await Peers.ElementsAsync(ours.Keys);
        var mine = ours.Values.SelectMany(lines => lines).ToHashSet(StringComparer.Ordinal);

        // Where it has made sense of a value on its own, or the type hangs on another element, there is but the element's place to compare.
        Assert.All(theirs.Where(Peers.HasValue), line => Assert.Contains(line, mine));
        Assert.True(theirs.Count > 15_000);
        var read = theirs.Select(line => line.Split(' ')[0]).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(theirs.Select(Peers.Place).Order(StringComparer.Ordinal), mine.Where(line => read.Contains(line.Split(' ')[0])).Select(Peers.Place).Order(StringComparer.Ordinal));
    }
}
