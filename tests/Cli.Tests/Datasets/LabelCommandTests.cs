using Scanlock.Cli.Tests.Hosts;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Datasets;

public sealed class LabelCommandTests : IDisposable
{
    private readonly LoopbackHost _host = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [Trait("promise", "P11")]
    [InlineData("file,covid\na,1\n\"b,0\nc,1\n", "labels.csv, line 3: a quote is never closed.")]
    [InlineData("file,covid\n\"a\nb\",1\n\"c\"d,0\n", "labels.csv, line 4: text after a closing quote; a quote inside quotes is written twice.")]
    [InlineData("file,covid\na,1,2\n", "labels.csv, line 2: 3 fields; the heading has 2.")]
    public async Task A_table_that_cannot_be_read_is_refused_at_its_line(string table, string says)
    {
        await File.WriteAllTextAsync(_folder["labels.csv"], table, TestContext.Current.CancellationToken);

        var run = await _host.RunAsync($"dataset label {_folder["labels.csv"]} --key file --label covid --gateway {_host.Url}");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"scanlock dataset label: {says}", run.Error.Trim());
    }
}
