using System.Globalization;
using System.Text;

namespace Scanlock.Audit.Tests;

/// <summary>The process that the crash tests kill: four appenders at once, each entry's index printed once it is acknowledged.</summary>
internal static class Appender
{
    public static async Task<int> RunAsync(string directory, string name)
    {
        var signer = NoteSigner.Parse(await File.ReadAllTextAsync(Path.Combine(directory, "..", "log.sec")));
        await using var log = AuditLog.Open(Path.GetFullPath(directory), signer, TimeProvider.System);
        using var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await output.WriteLineAsync("open");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            for (var i = 0; ; i++)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{name}-{worker}-{i}");
                var index = await log.AppendAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{index} {text}"));
            }
        }));
        return 0;
    }
}
