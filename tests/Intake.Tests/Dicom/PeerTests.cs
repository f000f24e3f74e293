using System.Globalization;
using System.Security.Cryptography;
using Scanlock.Intake.Dicom;
using Scanlock.Processes;

namespace Scanlock.Intake.Tests.Dicom;

/// <summary>What is read from other people's files, against what pydicom reads from them.</summary>
public sealed class PeerTests
{
    // Prints each element of each file, as deep as it lies: path of tags, type, length and digest of the value in little-endian order.
    private const string Peer = """
        import sys, hashlib, warnings, numpy, pydicom
        from pydicom.datadict import dictionary_VR
        warnings.simplefilter('ignore')
        units = {'AT': 2, 'OW': 2, 'SS': 2, 'US': 2, 'FL': 4, 'OF': 4, 'OL': 4, 'SL': 4, 'UL': 4, 'FD': 8, 'OD': 8, 'OV': 8, 'SV': 8, 'UV': 8}
        def walk(name, path, ds):
            for tag in sorted(ds.keys()):
                raw = ds.get_item(tag)
                vr = raw.VR
                if vr in (None, 'UN'):
                    try: vr = dictionary_VR(tag)
                    except KeyError: vr = 'LO' if tag.is_private_creator else 'UL' if tag.element == 0 else 'UN'
                key = path + '%08x' % int(tag)
                if vr == 'SQ' or isinstance(raw.value, pydicom.Sequence):
                    for number, item in enumerate(ds[tag].value or []):
                        walk(name, key + '/%d/' % number, item)
                    continue
                if not isinstance(raw, pydicom.dataelem.RawDataElement) or ' or ' in vr:
                    print(name, key)
                    continue
                value = raw.value or b''
                unit = units.get(vr[:2], 1)
                if not raw.is_little_endian and unit > 1 and len(value) % unit == 0:
                    value = numpy.frombuffer(value, 'V%d' % unit).view('u%d' % unit).byteswap().tobytes()
                print(name, key, vr, len(value), hashlib.sha256(value).hexdigest()[:16])
        for name in sys.argv[1:]:
            try: ds = pydicom.dcmread(name, force=True, stop_before_pixels=True)
            except Exception: continue
            walk(name, '', ds)
        """;

    [Fact]
    public async Task Every_element_of_the_zoos_objects_is_the_one_that_pydicom_reads()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/pydicom"), "python3-pydicom is not installed");
        var ours = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Workers.Data("zoo"), "*", SearchOption.AllDirectories))
        {
            using var stream = File.OpenRead(file);
            if (DicomReader.Open(stream) is DicomOpening.Opened opened)
            {
                using var whole = opened.Object;
                ours[file] = [.. Lines("", whole.Header.DataSet).Select(line => $"{file} {line}")];
            }
        }

        var peer = await ProgramRunner.RunTextAsync(
            new ProgramStart("/usr/bin/python3", ["-c", Peer, .. ours.Keys]), new RunLimits(TimeSpan.FromMinutes(2), OutputBytes: 64 << 20));
        Assert.True(peer.Succeeded, peer.ErrorTail);
        var theirs = peer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var mine = ours.Values.SelectMany(lines => lines).ToHashSet(StringComparer.Ordinal);

        // Where it has made sense of a value on its own, or the type hangs on another element, there is but the element's place to compare.
        Assert.All(theirs.Where(line => line.Split(' ').Length > 2), line => Assert.Contains(line, mine));
        Assert.True(theirs.Length > 15_000);
        var read = theirs.Select(line => line.Split(' ')[0]).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(theirs.Select(Place).Order(StringComparer.Ordinal), mine.Where(line => read.Contains(line.Split(' ')[0])).Select(Place).Order(StringComparer.Ordinal));
    }

    private static string Place(string line) => string.Join(' ', line.Split(' ')[..2]);

    private static IEnumerable<string> Lines(string path, DicomDataSet set) => set.SelectMany(element => element switch
    {
        DicomSequence sequence => sequence.Items.SelectMany((item, number) =>
            Lines(string.Create(CultureInfo.InvariantCulture, $"{path}{element.Tag.Value:x8}/{number}/"), item)),
        DicomValue value => [$"{path}{element.Tag.Value:x8} {element.Vr} {value.Bytes.Length} {Convert.ToHexStringLower(SHA256.HashData(value.Bytes.Span))[..16]}"],
        _ => throw new InvalidOperationException("No such element."),
    });
}
