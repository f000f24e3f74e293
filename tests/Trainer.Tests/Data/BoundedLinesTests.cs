using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Tests.Data;

public sealed class BoundedLinesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("one\n")]
    [InlineData("one\r\ntwo\n\nfour")]
    public async Task Lines_are_those_of_a_plain_reader(string text)
    {
        using var plain = new StringReader(text);
        var expected = new List<string>();
        while (await plain.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            expected.Add(line);
        }

        Assert.Equal(expected, await AllAsync(new StringReader(text), 10));
    }

    [Fact]
    public async Task Lines_go_on_over_the_end_of_a_buffer()
    {
        string[] lines = [new('a', 4095), new('b', 3), new('c', 5000), ""];

        Assert.Equal(lines, await AllAsync(new StringReader(string.Join('\n', lines) + '\n'), 5000));
    }

    [Fact]
    public async Task Of_a_line_without_end_no_more_is_read_than_tells_that_it_is_too_long()
    {
        using var endless = new Endless();

        Assert.Equal(11, (await new BoundedLines(endless, 10).ReadAsync(TestContext.Current.CancellationToken))!.Length);
        Assert.Equal(1, endless.Reads);
    }

    private static async Task<List<string>> AllAsync(TextReader text, int longest)
    {
        using var owned = text;
        var lines = new BoundedLines(text, longest);
        var all = new List<string>();
        while (await lines.ReadAsync(TestContext.Current.CancellationToken) is { } line)
        {
            all.Add(line);
        }

        return all;
    }

    private sealed class Endless : TextReader
    {
        internal int Reads { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            buffer.Span.Fill('x');
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
