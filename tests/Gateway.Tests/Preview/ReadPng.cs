using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Preview;

/// <summary>A picture as Python's zlib reads it, and Pillow where there is one.</summary>
internal sealed record ReadPng(int Columns, int Rows, byte[] Grey)
{
    private const string Python = "/usr/bin/python3";

    public static async Task<ReadPng> ReadAsync(byte[] png)
    {
        Assert.SkipUnless(File.Exists(Python), "needs python3");
        var script = Path.Combine(Repository.Root, "tests", "Gateway.Tests", "Preview", "read_png.py");
        await using var reader = RunningProgram.Start(new ProgramStart(Python, script).Inheriting("PATH"));
        await reader.Input.WriteAsync(png);
        await reader.Input.DisposeAsync();
        using var text = new StreamReader(reader.Output);
        var fields = (await text.ReadToEndAsync()).Split(' ');
        Assert.Equal(new ProgramExit.Status(0), await reader.Exit);
        return new(int.Parse(fields[0]), int.Parse(fields[1]), Convert.FromHexString(fields[2].Trim()));
    }
}
