using System.Globalization;
using System.Security.Cryptography;
using Scanlock.Intake.Dicom;
using Scanlock.Processes;

namespace Scanlock.Intake.Tests.Dicom;

/// <summary>The elements of objects, a line each, as pydicom reads them and as we do.</summary>
internal static class Peers
{
    // Prints each element of each file, as deep as it lies: path of tags, type, length and digest of the value in little-endian order.
    // Content alone is without padding, group lengths and the offset tables of pixels that are not there.
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
                if content and (tag.element == 0 or tag.group == 0x7fe0): continue
                key = path + '%08x' % int(tag)
                if vr == 'SQ' or isinstance(raw.value, pydicom.Sequence):
                    for number, item in enumerate(ds[tag].value or []):
                        walk(name, key + '/%d/' % number, item)
                    continue
                value = raw.value or b''
                if not content and (not isinstance(raw, pydicom.dataelem.RawDataElement) or ' or ' in vr) or value and not isinstance(value, bytes):
                    print(name, key)
                    continue
                unit = units.get(vr[:2], 1)
                if value and not raw.is_little_endian and unit > 1 and len(value) % unit == 0:
                    value = numpy.frombuffer(value, 'V%d' % unit).view('u%d' % unit).byteswap().tobytes()
                if content and (' or ' in vr or vr in ('US', 'SS', 'OB', 'OW')): vr = 'number'
                value = value.rstrip(b'\0 ') if content else value
                print(name, key, vr, len(value), hashlib.sha256(value).hexdigest()[:16])
        content = sys.argv[1] == 'content'
        for number, name in enumerate(sys.argv[2:]):
            try: ds = pydicom.dcmread(name, force=True, stop_before_pixels=True)
            except Exception: continue
            walk(number if content else name, '', ds)
        """;

    internal static bool HasPydicom { get; } = Directory.Exists("/usr/lib/python3/dist-packages/pydicom");

    internal static async Task<List<string>> ElementsAsync(IEnumerable<string> files, bool contentOnly = false)
    {
        var peer = await ProgramRunner.RunTextAsync(
            new ProgramStart("/usr/bin/python3", ["-c", Peer, contentOnly ? "content" : "all", .. files]), new RunLimits(TimeSpan.FromMinutes(2), OutputBytes: 64 << 20));
        Assert.True(peer.Succeeded, peer.ErrorTail);
        return [.. peer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>Of a line, the file and the element's place in it.</summary>
    internal static string Place(string line) => string.Join(' ', line.Split(' ')[..2]);

    internal static bool HasValue(string line) => line.Split(' ').Length > 2;

    internal static IEnumerable<string> Lines(string path, DicomDataSet set) => set.SelectMany(element => element switch
    {
        DicomSequence sequence => sequence.Items.SelectMany((item, number) =>
            Lines(string.Create(CultureInfo.InvariantCulture, $"{path}{element.Tag.Value:x8}/{number}/"), item)),
        DicomValue value => [$"{path}{element.Tag.Value:x8} {element.Vr} {value.Bytes.Length} {Convert.ToHexStringLower(SHA256.HashData(value.Bytes.Span))[..16]}"],
        _ => throw new InvalidOperationException("No such element."),
    });
}
