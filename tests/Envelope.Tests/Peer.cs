using System.Text;
using System.Text.Json;
using Scanlock.Processes;

namespace Scanlock.Envelope.Tests;

/// <summary>The independent implementation in crypt4gh_peer.py, on Debian's python3-nacl.</summary>
internal static class Peer
{
    private const string Python = "/usr/bin/python3";
    private static readonly RunLimits s_limits = new(TimeSpan.FromMinutes(5), 64 << 20);
    private static readonly string s_script = Path.Combine(AppContext.BaseDirectory, "crypt4gh_peer.py");
    private static readonly Lazy<Task<bool>> s_isThere = new(async () =>
        (await ProgramRunner.RunTextAsync(new ProgramStart(Python, "-c", "import nacl.bindings"), s_limits)).Succeeded);

    public static async Task SkipUnlessThereAsync() =>
        Assert.SkipUnless(await s_isThere.Value, "the peer needs /usr/bin/python3 with python3-nacl");

    public static Task<byte[]> EncryptAsync(byte[] plaintext, params IEnumerable<PublicKey> recipients) =>
        RunAsync(plaintext, ["encrypt", .. recipients.Select(key => Convert.ToHexStringLower(key.ToArray()))]);

    public static Task<byte[]> DecryptAsync(byte[] file, PrivateKey reader) =>
        RunAsync(file, "decrypt", Convert.ToHexStringLower(reader.Bytes));

    public static Task<byte[]> HeaderAsync(params IEnumerable<object> packets) =>
        RunAsync(JsonSerializer.SerializeToUtf8Bytes(packets), "header");

    /// <summary>A packet for <see cref="HeaderAsync"/> that holds a data key for a reader.</summary>
    public static object KeyPacket(PublicKey reader, string keyHex) =>
        new { type = "key", to = Convert.ToHexStringLower(reader.ToArray()), key = keyHex };

    public static object Packet(string type, PublicKey reader) => new { type, to = Convert.ToHexStringLower(reader.ToArray()) };

    public static object RawPacket(byte[] bytes) => new { type = "raw", bytes = Convert.ToHexStringLower(bytes) };

    public static async Task<string> TextAsync(params string[] arguments) => Encoding.UTF8.GetString(await RunAsync([], arguments)).Trim();

    private static async Task<byte[]> RunAsync(byte[] input, params string[] arguments)
    {
        using var output = new MemoryStream();
        var start = new ProgramStart(Python, [s_script, .. arguments]);
        var result = await ProgramRunner.RunAsync(start, s_limits, new MemoryStream(input), output, CancellationToken.None);
        Assert.True(result.Succeeded, $"the peer: {result.End}: {result.ErrorTail}");
        return output.ToArray();
    }
}
